using System.Text;
using ImageSdk.Building.State;
using ImageSdk.Debian.Planning;
using ImageSdk.Images;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>What an image has after its packages were installed in steps is what apt-get leaves, also where its source leaves out all caches and logs.</summary>
public class LeftoversTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>
    /// What differs on purpose, as docs/cache.md has it: times in logs, and what apt notes once for the whole list; notes that would differ
    /// from build to build; tools' backups of their own files.
    /// </summary>
    static readonly string[] OtherContent =
    [
        "/var/log/alternatives.log", "/var/log/dpkg.log", "/var/log/apt/history.log", "/var/log/apt/term.log", "/var/log/apt/eipp.log.xz",
        "/var/cache/ldconfig/aux-cache", "/var/lib/apt/extended_states",
    ];

    /// <summary>What packages' own scripts make at random or of the time.</summary>
    static readonly string[] OtherEachTime = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/var/cache/fontconfig/"];

    /// <summary>In these stands the day on which a user was made.</summary>
    static readonly string[] OfTheDay = ["/etc/shadow", "/etc/shadow-"];

    static readonly string[] Left = ["/var/lib/dpkg/status-old", "/var/lib/dpkg/diversions-old", "/var/lib/dpkg/statoverride-old", "/var/cache/debconf/config.dat-old", "/var/cache/debconf/templates.dat-old"];

    /// <summary>Of many kinds: with and without users, alternatives, diversions, triggers, libraries, questions, services, fonts, interpreters.</summary>
    static readonly string[] Packages =
    [
        "less", "bzip2", "file", "tree", "psmisc", "procps", "iproute2", "iputils-ping", "netcat-openbsd", "bc", "jq", "rsync", "screen", "vim-tiny", "nano", "sudo",
        "cron", "logrotate", "rsyslog", "dbus", "openssh-client", "ca-certificates", "curl", "wget", "gnupg", "locales", "man-db", "python3-minimal", "python3", "perl",
        "libcap2-bin", "nginx-light", "lighttpd", "sqlite3", "fontconfig", "fonts-dejavu-core", "apt-utils", "debconf-utils", "whiptail", "git", "make", "patch", "gawk", "ed",
        "kmod", "udev", "systemd", "e2fsprogs", "fdisk", "dmsetup", "acl", "bash-completion", "sysstat", "shared-mime-info", "hicolor-icon-theme", "gettext-base", "libglib2.0-bin",
        "ucf", "ifupdown", "isc-dhcp-client",
    ];

    [ImageFact]
    public async Task Sixty_packages_leave_what_apt_leaves_in_a_root_with_holes()
    {
        Assert.Equal(60, Packages.Distinct().Count());
        var (below, _) = @base.New("holes");
        below = below with { ExcludedPaths = ["/var/cache/.*", "/var/log/.*"] };
        await @base.Workspace.BuildAsync(below);
        var (ours, oursDirectory) = @base.New("ours-on-holes");
        var (theirs, theirsDirectory) = @base.New("theirs-on-holes");
        foreach (var directory in (string[])[oursDirectory, theirsDirectory])
            ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        // What a step has is for apt what is installed at once.
        var script = new StringBuilder("#!/bin/sh\nset -e\nprintf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d\nchmod 755 /usr/sbin/policy-rc.d\napt-get -q -y update\n");
        var first = 0;
        for (var end = 1; end <= Packages.Length; end++)
            if (end == Packages.Length || InstallSteps.EndsAt(end))
            {
                script.Append("/bin/generic-packager install ").AppendJoin(' ', Packages[first..end]).Append('\n');
                first = end;
            }
        ImageWorkspace.Write(theirsDirectory, "scripts/install", script.Append("rm /usr/sbin/policy-rc.d\n").ToString(), executable: true);
        var day = DateTime.UtcNow.Date;
        var one = await @base.Workspace.BuildAsync(ours with { Packages = Packages }, references: [below.ImageFile]);
        var other = await @base.Workspace.BuildAsync(theirs, references: [below.ImageFile]);
        Assert.DoesNotContain(one.Listener.OutputLines, line => line.StartsWith("apt installs all", StringComparison.Ordinal));

        IReadOnlyList<string> otherContent = DateTime.UtcNow.Date == day ? OtherContent : [.. OtherContent, .. OfTheDay];
        var (left, right) = (LinesOf(one.Tree, otherContent), LinesOf(other.Tree, otherContent));
        Assert.Equal([], right.Keys.Except(left.Keys));
        Assert.Equal([], left.Keys.Except(right.Keys));
        var differences = right.Where(pair => left[pair.Key] != pair.Value).Select(pair => $"{left[pair.Key]} instead of {pair.Value}").ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.Equal(other.Image.Packages, one.Image.Packages);
        foreach (var path in (string[])["/var/cache/apt/archives/lock", "/var/cache/apt/archives/partial", "/var/cache/debconf/passwords.dat", "/var/cache/ldconfig/aux-cache"])
            Assert.Contains(path, right.Keys);
    }

    /// <summary>Every path with type, mode, owner, link's target and content, as far as that has to be the same.</summary>
    static SortedDictionary<string, string> LinesOf(FileSystem tree, IReadOnlyList<string> otherContent)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in tree.Walk())
            if (entry.Inode is { } inode && entry.Path.ToString() is var path && !Left.Contains(path))
                lines[path] = $"{path} {inode.Uid}:{inode.Gid} " + inode switch
                {
                    DirectoryInode found => $"directory {Convert.ToString(found.Mode, 8)}",
                    RegularInode found => $"file {Convert.ToString(found.Mode, 8)}" + (otherContent.Contains(path) || OtherEachTime.Any(start => path.StartsWith(start, StringComparison.Ordinal)) ? "" : $" {found.Size} {found.Hash}"),
                    SymlinkInode found => $"link {found.Target}",
                    SpecialInode found => $"node {Convert.ToString(found.Mode, 8)} {found.Rdev}",
                    _ => inode.GetType().Name,
                };
        return lines;
    }
}

using ImageSdk.Contracts;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// The logs in /var/log that an installation leaves. They have the lines that apt and dpkg write, but one time for all of
/// them: two images of the same packages shall be the same. When a build ran, its own log says.
/// </summary>
static partial class AptLogs
{
    const string Directory = "var/log/apt";
    const string DpkgLog = "var/log/dpkg.log";
    const uint AdministratorsGroup = 4; // "adm", in all of Debian.

    /// <summary>What apt, dpkg and update-alternatives write lines with times to.</summary>
    static readonly string[] TimedLogs = [DpkgLog, "var/log/alternatives.log", $"{Directory}/history.log", $"{Directory}/term.log"];

    /// <summary>Notes how long the logs are, so that later lines can be separated.</summary>
    public static IReadOnlyList<ulong> Measure(DirectoryHandle root) =>
        [.. TimedLogs.Select(path => root.StatInRoot(Encoding.UTF8.GetBytes(path))?.Size ?? 0)];

    /// <summary>Takes the times out of what was written since.</summary>
    public static void ForgetTimes(DirectoryHandle root, IReadOnlyList<ulong> before)
    {
        foreach (var (path, start) in TimedLogs.Zip(before))
        {
            if (RootFile.TryRead(root, path) is not { } content || (ulong)content.Length <= start)
                continue;
            // What is no UTF-8 is kept byte for byte.
            var added = Encoding.Latin1.GetString(content.AsSpan((int)start));
            using var file = root.OpenWriteInRoot(Encoding.UTF8.GetBytes(path));
            file.Write(content.AsSpan(0, (int)start));
            file.Write(Encoding.Latin1.GetBytes(LineTime().Replace(added, "1970-01-01${blanks}00:00:00")));
        }
    }

    /// <summary>Writes what apt does of an installation.</summary>
    public static void Write(DirectoryHandle root, PackagePlan plan, IReadOnlyList<string> listed)
    {
        const string time = "1970-01-01  00:00:00";
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(Directory), Permissions.Directory);
        var automatic = plan.Automatic.ToHashSet(StringComparer.Ordinal);
        var installed = plan.Packages.Select(package => package.Package).Select(package =>
            $"{package.Name}:{plan.Architecture} ({package.Version}{(automatic.Contains(package.Name) ? ", automatic" : "")})");
        Append(root, $"{Directory}/history.log", Permissions.File, 0,
            $"\nStart-Date: {time}\nCommandline: apt-get -q -y --no-install-recommends install {string.Join(' ', listed)}\nInstall: {string.Join(", ", installed)}\nEnd-Date: {time}\n");
        Append(root, $"{Directory}/term.log", 0x1A0, AdministratorsGroup, $"\nLog started: {time}\nLog ended: {time}\n");
        var planner = Encoding.UTF8.GetBytes($"{Directory}/eipp.log.xz");
        root.RemoveTree(planner);
        if (plan.PlannerLog.Length == 0)
            return;
        using (var file = root.CreateFile(planner, Permissions.File))
            file.Write(plan.PlannerLog);
    }

    /// <summary>Writes what dpkg does of packages that it unpacks and that were not there before.</summary>
    public static void WriteUnpacked(DirectoryHandle root, IEnumerable<DebianPackage> packages)
    {
        const string time = "1970-01-01 00:00:00";
        var lines = new StringBuilder($"{time} startup archives unpack\n");
        foreach (var (name, version) in packages.Select(package => ($"{package.Name}:{package.Architecture}", package.Version)))
            lines.Append($"{time} install {name} <none> {version}\n{time} status half-installed {name} {version}\n{time} status unpacked {name} {version}\n");
        root.MakeDirectoriesInRoot("var/log"u8, Permissions.Directory);
        Append(root, DpkgLog, Permissions.File, 0, lines.ToString());
    }

    static void Append(DirectoryHandle root, string path, uint mode, uint group, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (root.StatInRoot(bytes) is null)
        {
            root.CreateFile(bytes, mode).Dispose();
            root.SetOwner(bytes, 0, group);
        }
        using var file = root.OpenAppendInRoot(bytes);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Compresses what apt gives its planner, as it does itself.</summary>
    public static byte[] Compress(string text)
    {
        using var process = HostPrograms.Start("xz", "xz-utils", "-c");
        var writing = Task.Run(() =>
        {
            process.StandardInput.Write(text);
            process.StandardInput.Close();
        });
        using var compressed = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(compressed);
        process.WaitForExit();
        writing.GetAwaiter().GetResult();
        return compressed.ToArray();
    }

    [GeneratedRegex("(?<=^(update-alternatives |Log started: |Log ended: |Start-Date: |End-Date: )?)[0-9]{4}-[0-9]{2}-[0-9]{2}(?<blanks> {1,2})[0-9]{2}:[0-9]{2}:[0-9]{2}", RegexOptions.Multiline)]
    private static partial Regex LineTime();
}

using System.Diagnostics;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

public class FileTreeTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task Every_name_that_linux_allows_arrives()
    {
        var (project, directory) = @base.New();
        byte[][] names =
        [
            "with blank"u8.ToArray(), @"back\slash"u8.ToArray(), "line\nfeed"u8.ToArray(), [0xFF, 0xFE, (byte)'x'], ".leading dot"u8.ToArray(),
            "per%41cent"u8.ToArray(), "semi;colon"u8.ToArray(), "star*"u8.ToArray(), "$(prop) @(item)"u8.ToArray(), "ümläut"u8.ToArray(),
            Encoding.ASCII.GetBytes(new string('n', 255)), "trailing "u8.ToArray(), "-dash"u8.ToArray(), "quote'\""u8.ToArray(), [0x01, 0x7F],
        ];
        Directory.CreateDirectory(Path.Combine(directory, "files/opt/names"));
        using (var handle = DirectoryHandle.Open(Path.Combine(directory, "files/opt/names")))
            foreach (var name in names)
                using (var file = handle.CreateFile(name, Permissions.File))
                    file.Write(name);
        var result = await @base.Workspace.BuildAsync(project);
        foreach (var name in names)
        {
            var inode = result.Tree.Index.Find(new ByteString([.. "/opt/names/"u8, .. name]));
            Assert.Equal(ObjectHash.Of(name), Assert.IsType<RegularInode>(inode).Hash);
        }
    }

    [ImageFact]
    public async Task Links_directories_and_modes_arrive_as_the_original_copies_them()
    {
        var (project, directory) = @base.New();
        var files = Path.Combine(directory, "files");
        ImageWorkspace.Write(directory, "files/opt/a", "same");
        Process.Start("ln", [Path.Combine(files, "opt/a"), Path.Combine(files, "opt/hard")]).WaitForExit();
        File.CreateSymbolicLink(Path.Combine(files, "opt/dangling"), "/no/where");
        File.CreateSymbolicLink(Path.Combine(files, "opt/directory"), "/etc");
        Directory.CreateDirectory(Path.Combine(files, "opt/empty"));
        ImageWorkspace.Write(directory, "files/opt/setuid", "x");
        Process.Start("chmod", ["6777", Path.Combine(files, "opt/setuid")]).WaitForExit();
        Process.Start("chmod", ["0711", Path.Combine(files, "opt/empty")]).WaitForExit();
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(0x81A4u, Assert.IsType<RegularInode>(result.Find("/opt/hard")).Mode);
        Assert.Equal("/no/where", Assert.IsType<SymlinkInode>(result.Find("/opt/dangling")).Target.ToString());
        Assert.Equal("/etc", Assert.IsType<SymlinkInode>(result.Find("/opt/directory")).Target.ToString());
        Assert.Equal(0x41EDu, Assert.IsType<DirectoryInode>(result.Find("/opt/empty")).Mode); // 0755, whatever the source has.
        Assert.Equal(0x81EDu, Assert.IsType<RegularInode>(result.Find("/opt/setuid")).Mode);  // No set-uid bits, and not for others to write.
        Assert.Equal((0u, 0u), (result.Find("/opt/a")!.Uid, result.Find("/opt/a")!.Gid));
    }

    [ImageFact]
    public async Task Links_of_the_image_are_followed_inside_the_image_only()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "pre-install-scripts/one", "#!/bin/sh\nln -s /opt/real /opt/absolute\nln -s ../../../../opt/real /opt/escaping\nmkdir /opt/real\n");
        ImageWorkspace.Write(directory, "files/bin/merged", "in usr");
        ImageWorkspace.Write(directory, "post-install-files/opt/absolute/one", "1");
        ImageWorkspace.Write(directory, "post-install-files/opt/escaping/two", "2");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.NotNull(result.Find("/usr/bin/merged"));
        Assert.NotNull(result.Find("/opt/real/one"));
        Assert.NotNull(result.Find("/opt/real/two"));
        Assert.False(Directory.Exists("/opt/real"));
    }

    [ImageFact]
    public async Task Extended_attributes_and_capabilities_are_kept()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/marked", "x");
        using (var handle = DirectoryHandle.Open(Path.Combine(directory, "files/opt")))
            handle.SetAttribute("marked"u8, "user.colour"u8, "blue"u8);
        // The base has no setcap; the attribute's bytes are the same everywhere: version 2, effective, CAP_NET_RAW.
        ImageWorkspace.Write(directory, "package-list", "libcap2-bin\n");
        ImageWorkspace.Write(directory, "scripts/cap", "#!/bin/sh\nset -e\ncp /bin/true /opt/capable\nsetcap cap_net_raw+ep /opt/capable\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal("blue", Assert.Single(result.Find("/opt/marked")!.ExtendedAttributes).Value.ToString());
        var capability = Assert.Single(result.Find("/opt/capable")!.ExtendedAttributes);
        Assert.Equal("security.capability", capability.Key.ToString());
        Assert.Equal(20, capability.Value.Length);
    }

    [ImageFact]
    public async Task Device_nodes_pipes_hard_links_and_owners_of_scripts_arrive()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/make",
            "#!/bin/sh\nset -e\nmknod -m 640 /opt/block b 8 1\nmknod /opt/char c 5 70000\nmkfifo /opt/pipe\necho x > /opt/one\nln /opt/one /opt/two\n"
            + "chown 1234:5678 /opt/one\nchmod 4755 /opt/one\nmkdir -m 2775 /opt/dir\nchown daemon:mail /opt/dir\n");
        var result = await @base.Workspace.BuildAsync(project);
        var block = Assert.IsType<SpecialInode>(result.Find("/opt/block"));
        Assert.Equal((0x61A0u, 0x801ul), (block.Mode, block.Rdev));
        var character = Assert.IsType<SpecialInode>(result.Find("/opt/char"));
        Assert.Equal((0x21A4u, DeviceNumber.Encode(5, 70000)), (character.Mode, character.Rdev));
        Assert.Equal(0x11A4u, Assert.IsType<SpecialInode>(result.Find("/opt/pipe")).Mode);
        Assert.True(result.Tree.Index.TryFind("/opt/one", out var one) & result.Tree.Index.TryFind("/opt/two", out var two));
        Assert.Equal(one.InodeNumber, two.InodeNumber);
        Assert.Equal((0x89EDu, 1234u, 5678u), (((RegularInode)one.Inode).Mode, one.Inode.Uid, one.Inode.Gid));
        Assert.Equal(0x45FDu, ((DirectoryInode)result.Find("/opt/dir")!).Mode);
    }

    [ImageFact]
    public async Task A_change_through_one_hard_link_shows_under_all_names()
    {
        var (lower, lowerDirectory) = @base.New();
        ImageWorkspace.Write(lowerDirectory, "scripts/make", "#!/bin/sh\nset -e\necho x > /opt/one\nln /opt/one /opt/two\nln /opt/one /srv/three\n");
        ImageWorkspace.Write(lowerDirectory, "post-cleanup-scripts/change", "#!/bin/sh\nset -e\nchmod 600 /opt/two\nrm /srv/three\n");
        var result = await @base.Workspace.BuildAsync(lower);
        Assert.True(result.Tree.Index.TryFind("/opt/one", out var one) & result.Tree.Index.TryFind("/opt/two", out var two));
        Assert.Equal(one.InodeNumber, two.InodeNumber);
        Assert.Equal(0x8180u, ((RegularInode)one.Inode).Mode);
        Assert.Null(result.Find("/srv/three"));
    }

    [ImageFact]
    public async Task Appended_files_grow_and_equal_files_keep_their_time()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files.append/etc/issue", "more\n");
        ImageWorkspace.Write(directory, "files.append/etc/new", "new\n");
        ImageWorkspace.Write(directory, "post-install-files.append/etc/new", "newer\n");
        ImageWorkspace.Write(directory, "scripts/copy", "#!/bin/sh\ncp /etc/issue /etc/issue.seen\ncp /etc/new /etc/new.seen\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(ObjectHash.Of("new\nnewer\n"u8), ((RegularInode)result.Find("/etc/new.seen")!).Hash);
        Assert.Equal(((RegularInode)result.Find("/etc/issue")!).Hash, ((RegularInode)result.Find("/etc/issue.seen")!).Hash);
    }

    [ImageFact]
    public async Task Post_scripts_files_survive_clean_up_and_scripts_resolve_as_the_machine_does()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/resolv.conf", "nameserver 192.0.2.1\n");
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\ncp /etc/resolv.conf /opt/seen\ngrep -q 192.0.2.1 /etc/resolv.conf && touch /opt/own\nexit 0\n");
        ImageWorkspace.Write(directory, "post-scripts-files/etc/resolv.conf", "nameserver 192.0.2.2\n");
        ImageWorkspace.Write(directory, "post-scripts-files/var/lib/apt/lists/kept", "kept\n");
        var result = await @base.Workspace.BuildAsync(project);
        // The machine's name servers stand in for the image's own, and copies of them leave the image.
        Assert.Null(result.Find("/opt/own"));
        Assert.Equal(0ul, ((RegularInode)result.Find("/opt/seen")!).Size);
        Assert.Equal(ObjectHash.Of("nameserver 192.0.2.2\n"u8), ((RegularInode)result.Find("/etc/resolv.conf")!).Hash);
        Assert.NotNull(result.Find("/var/lib/apt/lists/kept"));
    }

    [ImageFact]
    public async Task Nothing_of_the_building_machine_is_in_the_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\ntest -s /etc/resolv.conf && echo left > /tmp/left && echo left > /dev/shm/left\nmkdir -p /run/app\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(0ul, Assert.IsType<RegularInode>(result.Find("/etc/resolv.conf")).Size);
        Assert.Empty(Assert.IsType<DirectoryInode>(result.Find("/tmp")).Entries);
        Assert.Empty(Assert.IsType<DirectoryInode>(result.Find("/proc")).Entries);
        Assert.Empty(Assert.IsType<DirectoryInode>(result.Find("/sys")).Entries);
        Assert.Null(result.Find("/.scripts"));
        Assert.Null(result.Find("/usr/sbin/policy-rc.d"));
        Assert.NotNull(result.Find("/run/app"));
        Assert.IsType<SpecialInode>(result.Find("/dev/null"));
    }
}

using System.Text;

namespace ImageSdk.Posix.Tests;

public sealed class DirectoryHandleTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("posix tests ").FullName;
    readonly DirectoryHandle root;

    public DirectoryHandleTests() => root = DirectoryHandle.Open(folder);

    public void Dispose()
    {
        root.Dispose();
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(folder)!);
        parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(folder)));
    }

    void Write(ReadOnlySpan<byte> name, string text)
    {
        using var file = root.CreateFile(name, 0x1A4);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Names_are_bytes_in_bytewise_order()
    {
        byte[][] names = [[0xFF], "a\nb"u8.ToArray(), "Z"u8.ToArray(), "a"u8.ToArray(), Encoding.ASCII.GetBytes(new string('x', 255))];
        foreach (var name in names)
            Write(name, "");
        Assert.Equal(["Z"u8.ToArray(), "a"u8.ToArray(), "a\nb"u8.ToArray(), Encoding.ASCII.GetBytes(new string('x', 255)), [0xFF]], root.ReadNames());
    }

    [Fact]
    public async Task Paths_lead_up_and_down_while_others_rename()
    {
        Directory.CreateDirectory(Path.Combine(folder, "a/b"));
        Write("one"u8, "");
        var renaming = Task.Run(() =>
        {
            var (from, to) = (Path.Combine(folder, "one"), Path.Combine(folder, "two"));
            for (var i = 0; i < 50_000; i++, (from, to) = (to, from))
                File.Move(from, to, overwrite: true);
        });
        while (!renaming.IsCompleted)
            root.OpenDirectoryInRoot("a/b/../../a/b/.././../a/b"u8).Dispose();
        await renaming;
    }

    [Fact]
    public void Many_names_are_all_read()
    {
        for (var i = 0; i < 3000; i++)
            Write(Encoding.ASCII.GetBytes($"{i:D4}-{new string('n', 60)}"), "");
        Assert.Equal(3000, root.ReadNames().Distinct().Count());
    }

    [Fact]
    public void Permissions_are_the_names_own_and_never_those_of_what_a_link_leads_to()
    {
        Write("file"u8, "");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "file"));
        root.SetPermissions("file"u8, 0x1C0);
        Assert.Throws<PosixException>(() => root.SetPermissions("link"u8, 0x9FF));
        Assert.Equal(0x1C0u, root.Stat("file"u8).Permissions);
        Assert.Equal(Errno.NoEntry, Assert.Throws<PosixException>(() => root.SetPermissions("none"u8, 0x1C0)).Error);
    }

    [Fact]
    public void A_name_with_nul_is_refused() => Assert.Throws<ArgumentException>(() => root.TryStat("a\0b"u8));

    [Fact]
    public void Status_tells_kind_mode_size_and_links()
    {
        Write("file"u8, "12345");
        root.SetPermissions("file"u8, 0x9A4); // 4644
        root.SetTimes("file"u8, new PosixTime(-5, 123456789));
        root.MakeHardLink("second"u8, root, "file"u8);
        root.MakeSymlink("link"u8, "file"u8);
        root.TryMakeDirectory("directory"u8, 0x1C0);
        root.MakeNode("pipe"u8, 0x1180, 0);
        var status = root.Stat("file"u8);
        Assert.Equal((FileKind.Regular, 0x9A4u, 5ul, 2u, new PosixTime(-5, 123456789)), (status.Kind, status.Permissions, status.Size, status.LinkCount, status.Mtime));
        Assert.Equal(FileKind.Symlink, root.Stat("link"u8).Kind);
        Assert.Equal(FileKind.Directory, root.Stat("directory"u8).Kind);
        Assert.Equal(FileKind.Fifo, root.Stat("pipe"u8).Kind);
        Assert.Null(root.TryStat("nothing"u8));
        Assert.Null(root.TryStat("file/below"u8));
        Assert.True(Assert.Throws<PosixException>(() => root.Stat("nothing"u8)).IsNotFound);
    }

    [Fact]
    public void Links_never_lead_out_of_a_root()
    {
        root.TryMakeDirectory("inside"u8, 0x1ED);
        root.MakeSymlink("absolute"u8, "/inside"u8);
        root.MakeSymlink("up"u8, "../../../../../../inside"u8);
        root.MakeSymlink("passwd"u8, "/etc/passwd"u8);
        root.MakeSymlink("loop"u8, "loop"u8);
        Assert.Equal(root.Stat("inside"u8).Inode, root.StatInRoot("absolute"u8)!.Value.Inode);
        Assert.Equal(root.Stat("inside"u8).Inode, root.StatInRoot("up"u8)!.Value.Inode);
        Assert.Null(root.StatInRoot("passwd"u8));
        Assert.Throws<PosixException>(() => root.StatInRoot("loop"u8));
        Assert.Throws<PosixException>(() => root.OpenDirectory("absolute"u8));
        root.MakeDirectoriesInRoot("absolute/one/two"u8, 0x1ED);
        Assert.Equal(FileKind.Directory, root.Stat("inside/one/two"u8).Kind);
    }

    [Fact]
    public void Removing_a_tree_leaves_what_links_lead_to()
    {
        root.TryMakeDirectory("kept"u8, 0x1ED);
        Write("kept/file"u8, "x");
        root.TryMakeDirectory("tree"u8, 0x1ED);
        root.MakeSymlink("tree/link"u8, "../kept"u8);
        root.RemoveTree("tree"u8);
        root.RemoveTree("not there"u8);
        Assert.Null(root.TryStat("tree"u8));
        Assert.NotNull(root.TryStat("kept/file"u8));
    }

    [Fact]
    public void Attributes_are_bytes_of_any_length()
    {
        Write("file"u8, "");
        var large = new byte[2000];
        Random.Shared.NextBytes(large);
        root.SetAttribute("file"u8, "user.small"u8, "v"u8);
        root.SetAttribute("file"u8, "user.large"u8, large);
        root.SetAttribute("file"u8, "user.empty"u8, []);
        var attributes = root.ReadAttributes("file"u8).ToDictionary(attribute => Encoding.UTF8.GetString(attribute.Name), attribute => attribute.Value);
        Assert.Equal("v"u8.ToArray(), attributes["user.small"]);
        Assert.Equal(large, attributes["user.large"]);
        Assert.Empty(attributes["user.empty"]);
    }

    [Theory]
    [InlineData(0u, 0u, 0ul)]
    [InlineData(1u, 3u, 0x103ul)]
    [InlineData(8u, 1u, 0x801ul)]
    [InlineData(5u, 70000u, 0x11100570ul)]
    [InlineData(4096u, 1u, 0x100000000001ul)]
    public void Device_numbers_are_the_kernels(uint major, uint minor, ulong encoded)
    {
        Assert.Equal(encoded, DeviceNumber.Encode(major, minor));
        Assert.Equal((major, minor), DeviceNumber.Decode(encoded));
    }

    [Fact]
    public void Nothing_is_removed_through_a_mount()
    {
        if (!Processes.IsRoot)
            return; // Mounting takes root; the check is the same for all.
        root.TryMakeDirectory("source"u8, 0x1ED);
        Write("source/precious"u8, "x");
        root.TryMakeDirectory("tree"u8, 0x1ED);
        root.TryMakeDirectory("tree/mounted"u8, 0x1ED);
        Mounts.Mount(Path.Combine(folder, "source"), Path.Combine(folder, "tree/mounted"), null, Mounts.Options.Bind);
        try
        {
            Assert.Equal(Errno.Busy, Assert.Throws<PosixException>(() => root.RemoveTree("tree"u8)).Error);
            Assert.NotNull(root.TryStat("source/precious"u8));
        }
        finally
        {
            Mounts.DetachBelow(folder);
        }
        root.RemoveTree("tree"u8);
    }

    [Fact]
    public void A_file_moves_into_another_directory_once_that_is_there()
    {
        Write("a"u8, "new");
        Assert.False(root.TryRename("a"u8, root, "d/b"u8));
        Assert.Equal(Errno.NoEntry, Assert.Throws<PosixException>(() => root.Rename("a"u8, root, "d/b"u8)).Error);
        root.TryMakeDirectory("d"u8, 0x1C0);
        using var other = root.OpenDirectory("d"u8);
        using (var file = other.CreateFileHandle("b"u8, 0x180))
            RandomAccess.Write(file, "older"u8, 0);
        other.SynchronizeContent("b"u8);
        Assert.True(root.TryRename("a"u8, other, "b"u8));
        other.Synchronize();
        other.SynchronizeFileSystem();
        Assert.Equal("new", File.ReadAllText(Path.Combine(folder, "d", "b")));
        Assert.Equal(Errno.NotDirectory, Assert.Throws<PosixException>(() => other.TryRename("b"u8, other, "b/c"u8)).Error);
    }

    [Fact]
    public void A_directory_is_taken_by_one_at_a_time()
    {
        root.TryMakeDirectory("d"u8, 0x1C0);
        using var second = root.OpenDirectory("d"u8);
        using (var first = root.OpenDirectory("d"u8))
        {
            Assert.True(first.TryLock());
            Assert.False(second.TryLock());
        }
        Assert.True(second.TryLock());
    }
}

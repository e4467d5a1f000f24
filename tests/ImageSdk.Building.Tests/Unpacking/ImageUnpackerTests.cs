using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Building.Tests.Unpacking;

public sealed class ImageUnpackerTests : IDisposable
{
    readonly DirectoryInfo target = Directory.CreateTempSubdirectory("imagesdk-unpack-");

    public void Dispose() => target.Delete(recursive: true);

    [Fact]
    public void Directories_of_all_depths_are_made()
    {
        var tree = Tree(Enumerable.Range(0, 40).SelectMany(number => new[] { $"a{number}", $"a{number}/b", $"a{number}/b/c", $"a{number}/b/d" }));
        Unpack(tree);
        Assert.Equal(160, Directory.GetDirectories(target.FullName, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void A_file_in_a_directorys_place_is_named()
    {
        Directory.CreateDirectory(Path.Combine(target.FullName, "a"));
        File.WriteAllText(Path.Combine(target.FullName, "a/b"), "");
        Assert.Contains("a/b", Assert.Throws<PosixException>(() => Unpack(Tree(["a", "a/b", "a/b/c"]))).Message);
    }

    // Directories are made and finished by several threads: what fails in one of them is told as it is.
    [Fact]
    public void What_a_directory_refuses_is_told()
    {
        var attributes = ExtendedAttributes.Create([KeyValuePair.Create<ByteString, ByteString>("nobody.knows", "x")]);
        Assert.Throws<PosixException>(() => Unpack(Tree(["a"], attributes), setOwners: true));
    }

    void Unpack(FileSystem tree, bool setOwners = false) => new ImageUnpacker(new Nothing(), CancellationToken.None).Unpack(tree, target.FullName, setOwners);

    static FileSystem Tree(IEnumerable<string> paths, ExtendedAttributes? attributes = null)
    {
        var inodes = new Dictionary<ulong, Inode>();
        var all = paths.ToList();
        return new FileSystem { Root = Below(""), InodeTable = inodes, DirectoryCount = (ulong)all.Count + 1 };

        DirectoryInode Below(string parent) => new()
        {
            Mode = 0x41ED,
            ExtendedAttributes = parent.Length > 0 && attributes is not null ? attributes : ExtendedAttributes.None,
            Entries = [.. all.Where(path => path != "" && (Path.GetDirectoryName(path) ?? "") == parent).Select(Entry)],
        };

        DirectoryEntry Entry(string path)
        {
            var number = (ulong)all.IndexOf(path) + 1;
            inodes[number] = Below(path);
            return new DirectoryEntry(Path.GetFileName(path), number);
        }
    }

    sealed class Nothing : IObjectFetcher
    {
        public Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default) => Task.CompletedTask;
    }
}

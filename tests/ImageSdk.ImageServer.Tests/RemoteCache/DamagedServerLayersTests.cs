using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Worker.Operations;

namespace ImageSdk.ImageServer.Tests.RemoteCache;

/// <summary>
/// A server that others may write to, as a cache of layers: what is damaged, swapped or lies is not used, with a warning, is taken out of use
/// and can be replaced.
/// </summary>
public sealed class DamagedServerLayersTests : IAsyncLifetime
{
    const string Id = "0123456789abcdef01234567";
    const string OtherId = "123456789abcdef012345678";
    const string Content = "content";

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-layers-");
    readonly Listener listener = new();
    TestServer server = null!;

    public async Task InitializeAsync() => server = await TestServer.StartAsync();

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    sealed class Listener : IBuildListener
    {
        public List<Diagnostic> Warnings { get; } = [];

        public void Report(Diagnostic diagnostic) => Warnings.Add(diagnostic);

        public void Progress(string message)
        {
        }

        public void Output(string line)
        {
        }
    }

    /// <summary>A machine that shares its layers at the server.</summary>
    sealed class Machine : IDisposable
    {
        readonly WorkerSession session;

        public Machine(DamagedServerLayersTests test, string name, bool readOnly = false)
        {
            Store = new LayerStore(Path.Combine(test.directory.FullName, name), 0);
            session = new WorkerSession(Store, test.listener, CancellationToken.None);
            Shared = new SharedLayers(session, new RemoteCacheSettings { Server = test.Settings, ReadOnly = readOnly });
        }

        public LayerStore Store { get; }

        public SharedLayers Shared { get; }

        /// <summary>Makes a layer as a stage does.</summary>
        public LayerRecord Make(string id, string content)
        {
            var root = session.NextRootDirectory();
            var tree = Path.Combine(root, "u");
            Directory.CreateDirectory(Path.Combine(tree, "etc"));
            File.WriteAllText(Path.Combine(tree, "etc/file"), content);
            // Read as one piece of the stream, and not in memory.
            File.WriteAllText(Path.Combine(tree, "etc/large"), new string(content[0], 6 << 20));
            var record = new LayerRecord(id, "inputs\n", "log\n", null, false, [], LayerScanner.Scan(tree, withRoot: true, CancellationToken.None));
            LayerWriter.Write(Store, tree, Path.Combine(root, "layer"), record);
            return record;
        }

        public string Read(string id) => File.ReadAllText(Path.Combine(Store.LayerDirectory(id), "t/etc/file"));

        public void Dispose() => session.Dispose();
    }

    ImageServerSettings Settings => new($"127.0.0.1:{server.Port}", directory.FullName);

    string FileOf(ObjectHash hash) => server.Parts.Objects.Store.GetPath(hash);

    static ObjectHash HashOf(LayerRecord record, string path) => ((RegularInode)record.Index.Entries.Single(entry => entry.Path == path).Inode!).Hash;

    static void Rewrite(string file, Func<byte[], byte[]> change)
    {
        var content = change(File.ReadAllBytes(file));
        File.Delete(file);
        File.WriteAllBytes(file, content);
    }

    static byte[] Flip(byte[] content)
    {
        content[content.Length / 2] ^= 1;
        return content;
    }

    /// <summary>Puts a layer under a name, whatever it says of itself.</summary>
    async Task PublishAsync(Machine machine, string id, LayerRecord honest, LayerRecord told)
    {
        await using var link = new ServerLink(Settings, null, listener);
        await using var layers = new ServerLayers(link);
        using var lies = new LayerObjects(machine.Store, told);
        using var contents = new LayerObjects(machine.Store, honest);
        await layers.AddAsync(
            id, LayerImage.ToImage(honest.Index, lies.Record, DateTimeOffset.UtcNow.AddDays(1)), new Both(lies.Record, lies, contents), CancellationToken.None);
    }

    sealed class Both(ObjectHash record, IObjectSource lies, IObjectSource contents) : IObjectSource
    {
        public Stream OpenRead(ObjectHash hash) => hash == record ? lies.OpenRead(hash) : contents.OpenRead(hash);
    }

    static LayerRecord With(LayerRecord record, string path, Func<RegularInode, Inode?> change) => record with
    {
        Index = new([.. record.Index.Entries.Select(entry => entry.Path == path ? entry with { Inode = change((RegularInode)entry.Inode!) } : entry)]),
    };

    public static TheoryData<string> Damages =>
        ["one bit", "one bit of a large file", "cut", "cut large file", "missing", "one bit of the record", "cut record", "swapped",
         "a size", "a size beyond all disks", "another file's content", "a content that is nowhere", "a path that leads elsewhere", "a part that is itself"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_is_damaged_or_lies_is_not_used_and_can_be_replaced(string damage)
    {
        using var first = new Machine(this, "first");
        var honest = first.Make(Id, Content);
        await DamageAsync(damage, first, honest);

        using (var second = new Machine(this, "second"))
        {
            Assert.Null(second.Shared.Fetch(Id));
            Assert.False(second.Store.Contains(Id));
            Assert.Equal("IMG7161", Assert.Single(listener.Warnings).Code);
            // It is made instead, and shared.
            second.Make(Id, Content);
            second.Shared.Send(Id);
        }
        using var third = new Machine(this, "third");
        Assert.NotNull(third.Shared.Fetch(Id));
        Assert.Equal(Content, third.Read(Id));
        Assert.Single(listener.Warnings);
        Assert.Empty(Directory.GetFileSystemEntries(directory.FullName, "escaped", SearchOption.AllDirectories));
    }

    async Task DamageAsync(string damage, Machine first, LayerRecord honest)
    {
        LayerRecord? lie = damage switch
        {
            // All of a good layer, under the name of another one.
            "swapped" => first.Make(OtherId, "another"),
            "a size" => With(honest, "etc/file", file => file with { Size = file.Size + 1 }),
            "a size beyond all disks" => With(honest, "etc/large", file => file with { Size = long.MaxValue }),
            "another file's content" => With(honest, "etc/large", file => file with { Hash = HashOf(honest, "etc/file") }),
            "a content that is nowhere" => With(honest, "etc/file", file => file with { Hash = ObjectHash.Of("nowhere"u8) }),
            "a path that leads elsewhere" => honest with { Index = new([.. honest.Index.Entries, new("../../../../escaped", LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4 }, 0, false)]) },
            "a part that is itself" => honest with { Parts = [Id] },
            _ => null,
        };
        if (lie is not null)
        {
            await PublishAsync(first, Id, damage == "swapped" ? lie : honest, lie);
            return;
        }
        first.Shared.Send(Id);
        using var objects = new LayerObjects(first.Store, honest);
        var (file, record) = (FileOf(HashOf(honest, "etc/file")), FileOf(objects.Record));
        switch (damage)
        {
            case "one bit":
                Rewrite(file, Flip);
                break;
            case "one bit of a large file":
                Rewrite(FileOf(HashOf(honest, "etc/large")), Flip);
                break;
            case "cut":
                Rewrite(file, content => content[..^1]);
                break;
            case "cut large file":
                Rewrite(FileOf(HashOf(honest, "etc/large")), content => content[..^1]);
                break;
            case "missing":
                File.Delete(file);
                break;
            case "one bit of the record":
                Rewrite(record, Flip);
                break;
            case "cut record":
                Rewrite(record, content => content[..(content.Length / 2)]);
                break;
            default:
                throw new ArgumentException(damage);
        }
    }

    [Fact]
    public async Task A_build_that_may_only_read_leaves_the_damaged_one()
    {
        using var first = new Machine(this, "first");
        await DamageAsync("one bit", first, first.Make(Id, Content));
        using var second = new Machine(this, "second", readOnly: true);
        Assert.Null(second.Shared.Fetch(Id));
        Assert.NotNull(server.Parts.Images.Find(LayerImage.NameOf(Id)));
    }
}

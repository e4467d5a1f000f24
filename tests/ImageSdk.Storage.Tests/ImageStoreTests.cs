using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Storage.Tests;

public sealed class ImageStoreTests : IDisposable
{
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly TemporaryDirectory directory = new();
    readonly SetClock clock = new(Start);
    readonly LocalStore local;
    readonly ImageStore store;

    public ImageStoreTests()
    {
        local = new LocalStore(directory.FullName, clock: clock);
        store = local.Images;
    }

    public void Dispose() => directory.Dispose();

    Image Sample(string content = "content", DateTimeOffset? createdOn = null) => SampleImage.Make(local.Objects, content, createdOn);

    static void Refuses(string message, Action action) => Assert.Equal(message, Assert.Throws<StoreException>(action).Message);

    [Fact]
    public void AddsListsAndReads()
    {
        Assert.Empty(store.List());
        Assert.Equal(AddedImage.Added, store.Add("base/debian/img.10", Sample("a")));
        Assert.Equal(AddedImage.Added, store.Add("base/debian/img.9", Sample("b")));
        Assert.Equal(AddedImage.Added, store.Add("top", Sample("c")));
        Assert.Equal(["base/debian/img.9", "base/debian/img.10", "top"], store.List());
        Assert.Equal(["base/debian/img.9", "base/debian/img.10"], store.List("base"));
        Assert.Empty(store.List("bas"));
        Assert.Equal([".", "base", "base/debian"], store.ListDirectories());
        Assert.True(store.Exists("top"));
        Assert.False(store.Exists("base"));
        Assert.False(store.Exists("top/below"));
        Assert.Null(store.Get("base"));
        Assert.Null(store.Get("nope/nope"));
        Assert.Null(store.Get("top/below"));
        var image = store.Get("base/debian/img.10")!;
        Assert.Equal("me", image.CreatedBy);
        Assert.Equal(TreeHash.Compute(Sample("a").FileSystem!), TreeHash.Compute(image.FileSystem!));
        Assert.Equal(Start.AddYears(-56), store.GetHeader("top")!.CreatedOn);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            File.GetUnixFileMode(directory["images/top"]));
        Assert.DoesNotContain(directory.Files(), path => path.EndsWith('~'));
        Assert.Empty(store.Verify(withContent: true));
    }

    [Fact]
    public void AddingTheSameAgainDoesNothing()
    {
        Assert.Equal(AddedImage.Added, store.Add("a/b", Sample()));
        Assert.Equal(AddedImage.Present, store.Add("a/b", Sample()));
        Refuses("image: a/b already exists", () => store.Add("a/b", Sample("other")));
        Assert.Equal(2, directory.Files().Count(path => path.StartsWith("objects/", StringComparison.Ordinal)));
        Assert.Equal(["images/a/b"], directory.Files().Where(path => path.StartsWith("images/", StringComparison.Ordinal)));
    }

    [Fact]
    public void ObjectsComeFirst()
    {
        var image = Sample();
        var file = (RegularInode)image.FileSystem!.Index.Find("/etc/file")!;
        local.Objects.Remove(file.Hash);
        Refuses($"object: {file.Hash} is not available", () => store.Add("a", image));
        var log = image with { BuildLog = new Annotation(ObjectHash.Of("log"u8)) };
        Refuses("2 objects are not available", () => store.Add("a", log));
        local.Objects.Add("content"u8);
        Refuses($"object: {ObjectHash.Of("log"u8)} is not available", () => store.Add("a", log));
        File.AppendAllText(local.Objects.GetPath(file.Hash), "more");
        Refuses($"object: {file.Hash} has 11 bytes, in the image 7", () => store.Add("a", image));
        Refuses("nil file-system", () => store.Add("a", image with { FileSystem = null }));
        Assert.False(store.Exists("a"));
    }

    [Fact]
    public void RefusesTreesThatAreNone() => Assert.Throws<ImageFormatException>(() => store.Add("a", new Image
    {
        FileSystem = new FileSystem { Root = new DirectoryInode { Mode = InodeMode.Directory, Entries = [new("x", 1)] } },
    }));

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/etc/escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("a/.metadata")]
    [InlineData(".lock")]
    [InlineData("a~")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a\0b")]
    public void NamesCannotEscape(string name)
    {
        Assert.Throws<ArgumentException>(() => store.Add(name, Sample()));
        Assert.Throws<ArgumentException>(() => store.Get(name));
        Assert.Throws<ArgumentException>(() => store.Exists(name));
        Assert.Throws<ArgumentException>(() => store.Delete(name));
        if (name != ".")
        {
            Assert.Throws<ArgumentException>(() => store.MakeDirectory(name));
            Assert.Throws<ArgumentException>(() => store.FindLatest(name));
            Assert.Throws<ArgumentException>(() => store.List(name));
            Assert.Throws<ArgumentException>(() => store.SetDirectoryMetadata(name, new("g")));
        }
        Assert.All(directory.Files(), path => Assert.StartsWith("objects/", path));
    }

    [Fact]
    public void DeletionBurnsTheName()
    {
        Refuses("image does not exist", () => store.Delete("a/b"));
        store.Add("a/b", Sample());
        store.Delete("a/b");
        Assert.Equal(0, new FileInfo(directory["images/a/b"]).Length);
        Assert.False(store.Exists("a/b"));
        Assert.Null(store.Get("a/b"));
        Assert.Null(store.GetHeader("a/b"));
        Assert.Empty(store.List());
        Refuses("cannot add previously deleted image: a/b", () => store.Add("a/b", Sample()));
        Refuses("image does not exist", () => store.Delete("a/b"));
        Assert.DoesNotContain(directory.Files(), path => path.EndsWith('~'));
    }

    [Fact]
    public void ImagesAndDirectoriesDoNotShareNames()
    {
        store.Add("a/b", Sample());
        Refuses("image: a is a directory", () => store.Add("a", Sample()));
        Refuses("a/b is an image, not a directory", () => store.Add("a/b/c", Sample()));
        Refuses("a/b is an image, not a directory", () => store.MakeDirectory("a/b/c"));
    }

    [Fact]
    public void ExpiredImagesAreAbsentAndTheirNamesFree()
    {
        Assert.Equal(AddedImage.Expired, store.Add("a", Sample() with { ExpiresAt = Start }));
        Assert.False(store.Exists("a"));
        store.Add("a", Sample() with { ExpiresAt = Start.AddHours(1) });
        store.Add("b", Sample() with { ExpiresAt = Start.AddHours(1) });
        store.Add("c", Sample());
        Assert.True(store.Exists("a"));
        clock.Now = Start.AddHours(1);
        Assert.False(store.Exists("a"));
        Assert.Null(store.Get("a"));
        Assert.Null(store.GetHeader("a"));
        Assert.Equal(["c"], store.List());
        Refuses("image does not exist", () => store.Delete("a"));
        Assert.Equal(AddedImage.Added, store.Add("a", Sample("new")));
        Assert.Equal(["a", "c"], store.List());
    }

    [Fact]
    public void FindsTheLatest()
    {
        Refuses("unknown directory: s", () => store.FindLatest("s"));
        store.MakeDirectory("s");
        Assert.Null(store.FindLatest("s"));
        store.Add("s/1", Sample(createdOn: Start.AddDays(3)) with { BuildCommitId = "c1", BuildBranch = "main" });
        store.Add("s/2", Sample(createdOn: Start.AddDays(1)) with { BuildCommitId = "c2", BuildBranch = "main" });
        store.Add("s/3", Sample(createdOn: Start.AddDays(2)) with { Tags = new Dictionary<string, string> { ["os"] = "debian" } });
        store.Add("s/4", Sample(createdOn: Start.AddDays(4)) with { ExpiresAt = Start.AddHours(1) });
        store.Add("s/sub/5", Sample(createdOn: Start.AddDays(9)));
        File.WriteAllText(directory["images/s/broken"], "no image");
        Assert.Equal("s/4", store.FindLatest("s"));
        Assert.Equal("s/1", store.FindLatest("s", ignoreExpiring: true));
        Assert.Equal("s/2", store.FindLatest("s", "c2"));
        Assert.Equal("s/1", store.FindLatest("s", "main"));
        Assert.Null(store.FindLatest("s", "c9"));
        Assert.Equal("s/3", store.FindLatest("s", tags: TagMatcher.Parse("os=debian,os=other")));
        Assert.Null(store.FindLatest("s", "main", TagMatcher.Parse("os=debian")));
        Assert.Null(store.FindLatest("."));
        clock.Now = Start.AddHours(2);
        Assert.Equal("s/1", store.FindLatest("s"));
        store.Delete("s/1");
        Assert.Equal("s/3", store.FindLatest("s"));
    }

    [Fact]
    public void HeadersAreOnlyACache()
    {
        store.Add("s/1", Sample(createdOn: Start) with { Tags = new Dictionary<string, string> { ["k"] = "é" } });
        store.Add("s/2", Sample(createdOn: Start.AddDays(1)));
        var header = store.GetHeader("s/1")!;
        Assert.Equal(("s/1", Start, "é"), (header.Name, header.CreatedOn!.Value, header.Tags["k"]));
        // Damaged, stale or missing: the image itself is asked.
        File.WriteAllText(directory["images/.headers/s/1.json"], "{");
        Assert.Equal("é", store.GetHeader("s/1")!.Tags["k"]);
        File.Copy(directory["images/.headers/s/2.json"], directory["images/.headers/s/1.json"], overwrite: true);
        Assert.Equal("é", store.GetHeader("s/1")!.Tags["k"]);
        File.SetLastWriteTimeUtc(directory["images/s/1"], DateTime.UtcNow.AddHours(-1));
        Assert.Equal("é", store.GetHeader("s/1")!.Tags["k"]);
        Directory.Delete(directory["images/.headers"], recursive: true);
        Assert.Equal("s/2", store.FindLatest("s"));
        Assert.True(File.Exists(directory["images/.headers/s/1.json"]));
        // Known from the cache alone: with the same size and time, the content is not looked at.
        var time = File.GetLastWriteTimeUtc(directory["images/s/2"]);
        File.WriteAllBytes(directory["images/s/2"], new byte[new FileInfo(directory["images/s/2"]).Length]);
        File.SetLastWriteTimeUtc(directory["images/s/2"], time);
        Assert.Equal("s/2", store.FindLatest("s"));
    }

    [Fact]
    public void KeepsDirectoryMetadata()
    {
        Refuses("unknown directory: a", () => store.SetDirectoryMetadata("a", new("staff")));
        store.MakeDirectory("a/b");
        store.MakeDirectory("a/b");
        Assert.Equal("", store.GetDirectoryMetadata("a").OwnerGroup);
        store.SetDirectoryMetadata("a", new("a-long-group-name"));
        store.SetDirectoryMetadata("a", new("staff"));
        Assert.Equal("staff", store.GetDirectoryMetadata("a").OwnerGroup);
        Assert.True(File.Exists(directory["images/a/.metadata"]));
        store.SetDirectoryMetadata("a", new(""));
        Assert.False(File.Exists(directory["images/a/.metadata"]));
        Assert.True(store.DirectoryExists("a/b"));
        Assert.True(store.DirectoryExists("."));
        Assert.Empty(store.List());
    }

    [Fact]
    public void LeftoversOfDeadWritersDoNotMatter()
    {
        store.MakeDirectory("a");
        File.WriteAllText(directory["images/a/b~"], "half an image");
        Assert.Empty(store.List());
        Assert.Null(store.FindLatest("a"));
        Assert.Equal(AddedImage.Added, store.Add("a/b", Sample()));
        Assert.NotNull(store.Get("a/b"));
        Assert.DoesNotContain(directory.Files(), path => path.EndsWith('~'));
    }

    [Fact]
    public void LivingWritersAreLeftAlone()
    {
        store.MakeDirectory("a");
        using var writer = new FileStream(directory["images/a/b~"], FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Refuses("image: a/b already being written", () => store.Add("a/b", Sample()));
        Assert.True(File.Exists(directory["images/a/b~"]));
    }

    /// <summary>Of many that add under one name one wins, whole; the others are told.</summary>
    [Fact]
    public void ManyMayAddOneNameAtOnce()
    {
        var images = Enumerable.Range(0, 4).Select(number => Sample($"content {number}")).ToArray();
        var outcomes = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 48, new ParallelOptions { MaxDegreeOfParallelism = 12 }, index =>
        {
            // Another instance stands for another process.
            var adder = new LocalStore(directory.FullName, clock: clock).Images;
            try
            {
                outcomes.Add(adder.Add("stream/name", images[index % 4]).ToString());
            }
            catch (StoreException exception)
            {
                outcomes.Add(exception.Message);
            }
            if (adder.Exists("stream/name"))
                Assert.NotNull(adder.Get("stream/name"));
        });
        Assert.Single(outcomes, outcome => outcome == "Added");
        Assert.All(outcomes, outcome => Assert.Contains(outcome,
            (string[])["Added", "Present", "image: stream/name already exists", "image: stream/name already being written"]));
        Assert.Empty(store.Verify(withContent: true));
        Assert.Equal(["stream/name"], store.List());
        Assert.DoesNotContain(directory.Files(), path => path.EndsWith('~'));
    }

    [Fact]
    public void ManyMayAddDifferentNamesAtOnce()
    {
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, index =>
            Assert.Equal(AddedImage.Added, new LocalStore(directory.FullName, clock: clock).Images.Add(
                $"s{index % 3}/{index}", SampleImage.Make(local.Objects, $"content {index % 5}"))));
        Assert.Equal(40, store.List().Count);
        Assert.Empty(store.Verify(withContent: true));
    }

    [Fact]
    public void VerifyNamesEveryFault()
    {
        store.Add("good", Sample("good"));
        store.Add("missing", Sample("missing"));
        store.Add("flipped", Sample("flipped"));
        store.Add("cut", Sample("cut"));
        store.Add("damaged", Sample("good"));
        store.MakeDirectory("d");
        File.WriteAllText(directory["images/d/foreign"], "what is this?");
        local.Objects.Remove(ObjectHash.Of("missing"u8));
        File.WriteAllText(local.Objects.GetPath(ObjectHash.Of("flipped"u8)), "flopped");
        File.WriteAllText(local.Objects.GetPath(ObjectHash.Of("cut"u8)), "cu");
        var bytes = File.ReadAllBytes(directory["images/damaged"]);
        bytes[^70] ^= 1;
        File.WriteAllBytes(directory["images/damaged"], bytes);
        Assert.Equal(["cut", "d/foreign", "damaged", "missing"], store.Verify().Select(fault => fault.Image));
        var faults = store.Verify(withContent: true).ToDictionary(fault => fault.Image);
        Assert.Equal(["cut", "d/foreign", "damaged", "flipped", "missing"], faults.Keys);
        Assert.EndsWith("is corrupt", faults["flipped"].Reason);
        Assert.EndsWith("is not available", faults["missing"].Reason);
        Assert.Equal(ObjectHash.Of("cut"u8), faults["cut"].Object);
        Assert.Throws<ImageFileException>(() => store.Get("damaged"));
        // It takes its name all the same.
        Assert.True(store.Exists("damaged"));
        Refuses("image: damaged already exists", () => store.Add("damaged", Sample("good")));
    }

    [Fact]
    public void DamagedFilesAreRefusedAndNothingElse()
    {
        store.Add("a", Sample());
        var good = File.ReadAllBytes(directory["images/a"]);
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var bytes = good[..random.Next(1, good.Length)];
            if (round % 2 == 0)
            {
                bytes = good.ToArray();
                bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            }
            File.WriteAllBytes(directory["images/a"], bytes);
            _ = store.Verify().ToArray();
            _ = store.FindLatest(".");
            try
            {
                _ = store.Get("a");
            }
            catch (ImageFileException)
            {
            }
        }
    }

    [Fact]
    public void DirectoriesMayLieApart()
    {
        var apart = new LocalStore(directory.FullName, directory["i"], directory["o"]);
        apart.Images.Add("x", SampleImage.Make(apart.Objects));
        Assert.True(File.Exists(directory["i/x"]));
        Assert.Equal(directory["o"], apart.Objects.Directory);
        Assert.Same(apart.Objects, apart.Images.Objects);
    }

    [Fact]
    public void RemovesHalfWrittenHeaders()
    {
        store.Add("a/b", Sample());
        var half = directory["images/.headers/a/b.json.0123~"];
        File.WriteAllText(half, "{");
        Assert.Equal(1, store.RemoveLeftovers());
        Assert.False(File.Exists(half));
        Assert.True(File.Exists(directory["images/.headers/a/b.json"]));
    }
}

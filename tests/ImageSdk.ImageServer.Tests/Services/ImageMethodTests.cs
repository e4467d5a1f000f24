using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Services;

public sealed class ImageMethodTests : IAsyncLifetime
{
    readonly SteppedClock clock = new();
    TestServer server = null!;
    ImageServerClient images = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync(clock: clock);
        images = await server.ConnectImagesAsync();
        await images.MakeDirectoryAsync("base");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    static async Task RefusesAsync(string message, Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<SrpcException>(act);
        Assert.Equal(message, refusal.Message);
        Assert.True(refusal.IsFromServer);
    }

    [Fact]
    public async Task AddsAnImageAndKeepsItOverARestart()
    {
        var image = server.MakeImage() with { Tags = new Dictionary<string, string> { ["a"] = "b" }, OwnerUsers = ["alice"] };
        await images.AddImageAsync("base/img.0", image);
        Assert.True(await images.CheckImageAsync("base/img.0"));
        Assert.Contains(server.LogLines, line => line.EndsWith(" AddImage(base/img.0)", StringComparison.Ordinal));
        await server.RestartAsync();
        images = await server.ConnectImagesAsync();
        var stored = (await images.GetImageAsync("base/img.0"))!;
        Assert.Equal(TreeHash.Compute(image.FileSystem!), TreeHash.Compute(stored.FileSystem!));
        Assert.Equal("b", stored.Tags!["a"]);
        Assert.Equal(["alice"], stored.OwnerUsers);
        Assert.NotNull(stored.CreatedOn);
        Assert.Equal("", stored.CreatedBy);
    }

    [Fact]
    public async Task TakesCreatorAndTimeAsTheyAreFromThoseItTrusts()
    {
        var connection = await server.ConnectAsync();
        var made = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);
        await connection.CallAsync("ImageServer.AddImageTrusted", AddImageRequest.Gob,
            new() { ImageName = "base/i", Image = server.MakeImage() with { CreatedBy = "bob", CreatedOn = made } }, AddImageResponse.Gob);
        var stored = (await images.GetImageAsync("base/i"))!;
        Assert.Equal(("bob", made), (stored.CreatedBy, stored.CreatedOn));
    }

    [Fact]
    public async Task RefusesWhatIsNoImageInTheOriginalsWords()
    {
        var image = server.MakeImage();
        await images.AddImageAsync("base/i", image);
        await RefusesAsync("image already exists", () => images.AddImageAsync("base/i", image));
        await RefusesAsync("nil image", () => images.AddImageAsync("base/j", null!));
        await RefusesAsync("nil file-system", () => images.AddImageAsync("base/j", new Image()));
        await RefusesAsync($"open {server.ImageDirectory}/none/j~: no such file or directory", () => images.AddImageAsync("none/j", image));
        var missing = ObjectHash.Of("never stored"u8);
        await RefusesAsync($"object: {missing} is not available", () => images.AddImageAsync("base/j", image with { BuildLog = new(missing) }));
        await RefusesAsync("2 objects are not available", () => images.AddImageAsync(
            "base/j", image with { BuildLog = new(missing), ReleaseNotes = new(ObjectHash.Of("nor this"u8)) }));
        Assert.False(await images.CheckImageAsync("base/j"));
    }

    [Fact]
    public async Task ARefusedImageHoldsNoObjects()
    {
        var image = server.MakeImage();
        await RefusesAsync($"open {server.ImageDirectory}/none/j~: no such file or directory", () => images.AddImageAsync("none/j", image));
        await RefusesAsync("image: base is a directory", () => images.AddImageAsync("base", image));
        await images.AddImageAsync("base/i", image with { ExpiresAt = clock.GetUtcNow().AddHours(-1) });
        Assert.Equal(0ul, server.Parts.Objects.Statistics.ReferenceCount);
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("base/../../escaped")]
    [InlineData("/absolute")]
    [InlineData("base//i")]
    [InlineData("base/.hidden")]
    [InlineData("base/i~")]
    [InlineData("")]
    public async Task RefusesNamesThatLeadElsewhere(string name)
    {
        var refusal = await Assert.ThrowsAsync<SrpcException>(() => images.AddImageAsync(name, server.MakeImage()));
        Assert.True(refusal.IsFromServer);
        Assert.StartsWith("invalid image name", refusal.Message);
        var other = await Assert.ThrowsAsync<SrpcException>(() => images.MakeDirectoryAsync(name == "base//i" ? "../x" : name));
        Assert.True(other.IsFromServer);
    }

    [Fact]
    public async Task RefusesTreesThatAreNone()
    {
        var unknown = FileSystem.Create(new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory, Entries = [new("a", 7)] }, new Dictionary<ulong, Inode>());
        Assert.True((await Assert.ThrowsAsync<SrpcException>(() => images.AddImageAsync("base/i", new Image { FileSystem = unknown }))).IsFromServer);
        var circle = new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory, Entries = [new("a", 7)] };
        var endless = FileSystem.Create(circle, new Dictionary<ulong, Inode> { [7] = circle });
        Assert.True((await Assert.ThrowsAsync<SrpcException>(() => images.AddImageAsync("base/i", new Image { FileSystem = endless }))).IsFromServer);
        Assert.False(await images.CheckImageAsync("base/i"));
    }

    [Fact]
    public async Task AnExpiredImageIsNotKeptAndNoError()
    {
        await images.AddImageAsync("base/i", server.MakeImage() with { ExpiresAt = clock.GetUtcNow().AddHours(-1) });
        Assert.False(await images.CheckImageAsync("base/i"));
    }

    [Fact]
    public async Task ADeletedNameIsNotTakenAgain()
    {
        await images.AddImageAsync("base/i", server.MakeImage());
        await images.DeleteImageAsync("base/i");
        Assert.Null(await images.GetImageAsync("base/i"));
        await RefusesAsync("image does not exist", () => images.DeleteImageAsync("base/i"));
        await RefusesAsync("cannot add previously deleted image: base/i", () => images.AddImageAsync("base/i", server.MakeImage()));
        Assert.Equal(0, new FileInfo(Path.Combine(server.ImageDirectory, "base/i")).Length);
        await server.RestartAsync();
        images = await server.ConnectImagesAsync();
        Assert.Empty(await images.ListImagesAsync(new()));
        await RefusesAsync("cannot add previously deleted image: base/i", () => images.AddImageAsync("base/i", server.MakeImage()));
    }

    [Fact]
    public async Task AnExpiredImageGoesAndItsNameIsFree()
    {
        await images.AddImageAsync("base/i", server.MakeImage() with { ExpiresAt = clock.GetUtcNow().AddHours(1) });
        Assert.NotNull(await images.GetImageExpirationAsync("base/i"));
        clock.Advance(TimeSpan.FromHours(2));
        await Wait.UntilAsync(async () => !await images.CheckImageAsync("base/i"));
        Assert.False(File.Exists(Path.Combine(server.ImageDirectory, "base/i")));
        await images.AddImageAsync("base/i", server.MakeImage());
        Assert.Null(await images.GetImageExpirationAsync("base/i"));
    }

    [Fact]
    public async Task AnExpiryCanOnlyMoveToALaterTime()
    {
        var first = Seconds(clock.GetUtcNow().AddHours(1));
        await images.AddImageAsync("base/i", server.MakeImage() with { ExpiresAt = first });
        await RefusesAsync("cannot shorten expiration time", () => images.ChangeImageExpirationAsync("base/i", first.AddMinutes(-1)));
        await images.ChangeImageExpirationAsync("base/i", first.AddHours(5));
        await server.RestartAsync();
        images = await server.ConnectImagesAsync();
        Assert.Equal(first.AddHours(5), await images.GetImageExpirationAsync("base/i"));
        await images.ChangeImageExpirationAsync("base/i", null);
        Assert.Null(await images.GetImageExpirationAsync("base/i"));
        await RefusesAsync("image does not expire", () => images.ChangeImageExpirationAsync("base/i", first));
        await RefusesAsync("image not found", () => images.ChangeImageExpirationAsync("base/none", first));
        await RefusesAsync("image not found", () => images.GetImageExpirationAsync("base/none"));
    }

    [Fact]
    public async Task FindsTheLatestOfADirectory()
    {
        await images.MakeDirectoryAsync("base/sub");
        await images.AddImageAsync("base/b", server.MakeImage() with { BuildCommitId = "c1", Tags = new Dictionary<string, string> { ["os"] = "a" } });
        clock.Advance(TimeSpan.FromSeconds(1));
        await images.AddImageAsync("base/a", server.MakeImage() with { BuildBranch = "main" });
        clock.Advance(TimeSpan.FromSeconds(1));
        await images.AddImageAsync("base/e", server.MakeImage() with { ExpiresAt = clock.GetUtcNow().AddHours(1) });
        clock.Advance(TimeSpan.FromSeconds(1));
        await images.AddImageAsync("base/sub/z", server.MakeImage());
        Assert.Equal("base/e", await images.FindLatestImageAsync(new() { DirectoryName = "base" }));
        Assert.Equal("base/a", await images.FindLatestImageAsync(new() { DirectoryName = "base", IgnoreExpiringImages = true }));
        Assert.Equal("base/b", await images.FindLatestImageAsync(new() { DirectoryName = "base", BuildCommitId = "c1" }));
        Assert.Equal("base/a", await images.FindLatestImageAsync(new() { DirectoryName = "base", BuildCommitId = "main" }));
        Assert.Equal("base/b", await images.FindLatestImageAsync(new()
        {
            DirectoryName = "base",
            TagsToMatch = new Dictionary<string, IReadOnlyList<string>> { ["os"] = ["b", "a"] },
        }));
        Assert.Null(await images.FindLatestImageAsync(new() { DirectoryName = "." }));
        await RefusesAsync("unknown directory: base/", () => images.FindLatestImageAsync(new() { DirectoryName = "base/" }));
    }

    [Theory]
    [InlineData("", "base/a base/sub/z top")]
    [InlineData(".", "base/a base/sub/z top")]
    [InlineData("./", "top")]
    [InlineData("base", "base/a base/sub/z")]
    [InlineData("base/", "base/a")]
    [InlineData("bas", "")]
    public async Task ListsTheImagesOfADirectory(string directory, string expected)
    {
        await images.MakeDirectoryAsync("base/sub");
        foreach (var name in (string[])["base/a", "base/sub/z", "top"])
            await images.AddImageAsync(name, server.MakeImage());
        var found = await images.ListImagesAsync(new() { DirectoryName = directory });
        Assert.Equal(expected, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task WaitsForAnImageToCome()
    {
        var waiting = images.GetImageAsync(new GetImageRequest { ImageName = "base/i", Timeout = TimeSpan.FromSeconds(60), IgnoreFilesystem = true });
        var other = await server.ConnectImagesAsync();
        await other.AddImageAsync("base/i", server.MakeImage());
        var image = (await waiting).Image!;
        Assert.Null(image.FileSystem);
        Assert.Null((await images.GetImageAsync(new GetImageRequest { ImageName = "base/none", Timeout = TimeSpan.FromMilliseconds(1) })).Image);
    }

    [Fact]
    public async Task GivesTheInodesOfPaths()
    {
        var connection = await server.ConnectAsync();
        await images.AddImageAsync("base/i", server.MakeImage("abc"));
        var reply = await connection.CallAsync("ImageServer.GetImageInodes", GetImageInodesRequest.Gob,
            new() { ImageName = "base/i", Filenames = ["/etc/file", "/etc/none", "/"] }, GetImageInodesResponse.Gob);
        Assert.True(reply.ImageExists, string.Join("\n", server.LogLines));
        var number = reply.InodeNumbers!["/etc/file"];
        Assert.Single(reply.InodeNumbers);
        Assert.Equal(3ul, ((RegularInode)reply.Inodes![number]).Size);
        Assert.Equal(1ul, reply.NumLinks![number]);
        var absent = await connection.CallAsync("ImageServer.GetImageInodes", GetImageInodesRequest.Gob,
            new() { ImageName = "base/none" }, GetImageInodesResponse.Gob);
        Assert.False(absent.ImageExists);
    }

    static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    /// <summary>A server answers before it has counted what its images refer to; this answer has to wait for that.</summary>
    [Fact]
    public async Task NothingIsUnreferencedBeforeReferencesAreCounted()
    {
        await using var started = await TestServer.StartAsync();
        var image = started.MakeImage();
        await started.RestartAsync(() =>
        {
            var store = new ImageStore(started.ImageDirectory, new ObjectStore(started.ObjectDirectory));
            for (var number = 0; number < 500; number++)
                store.Add($"image.{number}", image);
        });
        var images = await started.ConnectImagesAsync();
        Assert.Empty(await images.ListUnreferencedObjectsAsync());
        await started.RestartAsync();
        images = await started.ConnectImagesAsync();
        await images.DeleteUnreferencedObjectsAsync(100, 0);
    }
}

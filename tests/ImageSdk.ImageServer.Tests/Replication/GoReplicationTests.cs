using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Replication;

/// <summary>With servers of the original on the other side.</summary>
public class GoReplicationTests
{
    static readonly byte[] content = Encoding.UTF8.GetBytes("content of the only file");

    static readonly ListSelectedImagesRequest all = new();

    [GoToolsFact]
    public async Task FollowsAMasterOfTheOriginal()
    {
        await using var master = await GoServer.StartAsync();
        var images = await master.ConnectImagesAsync();
        await images.MakeDirectoryAsync("base/sub", makeAll: true);
        await UploadAsync(master);
        await images.AddImageAsync("base/img.0", MakeImage());
        await using var replica = await TestServer.StartAsync(options =>
            (options.MasterHost, options.MasterPort, options.ReplicationPause) = ("127.0.0.1", (ushort)master.Port, TimeSpan.FromMilliseconds(50)));
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img.0"], replica.Images());
        Assert.Equal([".", "base", "base/sub"], replica.Directories());

        var soon = DateTimeOffset.UtcNow.AddHours(1);
        await images.AddImageAsync("base/sub/expiring", MakeImage() with { ExpiresAt = soon });
        await replica.UntilAsync(() => replica.Has("base/sub/expiring"));
        await images.ChangeImageExpirationAsync("base/sub/expiring", soon.AddHours(1));
        await replica.UntilAsync(() => replica.Parts.Images.Find("base/sub/expiring")!.ExpiresAt > soon);
        await images.DeleteImageAsync("base/img.0");
        await replica.UntilAsync(() => !replica.Has("base/img.0"));

        var here = await replica.ConnectImagesAsync();
        await here.AddImageAsync("base/through", MakeImage());
        Assert.True(await images.CheckImageAsync("base/through"));
        Assert.True(replica.Has("base/through"));
        // Nobody tells of an image whose time has come.
        await images.AddImageAsync("base/short", MakeImage() with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(4) });
        await replica.UntilAsync(() => replica.Has("base/short"));
        await replica.UntilAsync(() => !replica.Has("base/short"));
    }

    [GoToolsFact]
    public async Task AReplicaOfTheOriginalFollowsThisServer()
    {
        await using var master = await TestServer.StartAsync();
        var images = await master.ConnectImagesAsync();
        await images.MakeDirectoryAsync("base/sub", makeAll: true);
        await images.AddImageAsync("base/img.0", master.MakeImage() with { ReleaseNotes = new Annotation(master.PutObject("notes")) });
        await using var replica = await GoServer.StartAsync(master.Port);
        var here = await replica.ConnectImagesAsync();
        await Wait.UntilAsync(async () => await here.CheckImageAsync("base/img.0"));
        Assert.Equal($"127.0.0.1:{master.Port}", await here.GetReplicationMasterAsync());

        var soon = DateTimeOffset.UtcNow.AddHours(1);
        await images.AddImageAsync("base/sub/expiring", master.MakeImage() with { ExpiresAt = soon });
        await Wait.UntilAsync(async () => await here.CheckImageAsync("base/sub/expiring"));
        await images.ChangeImageExpirationAsync("base/sub/expiring", soon.AddHours(1));
        await Wait.UntilAsync(async () => await here.GetImageExpirationAsync("base/sub/expiring") > soon);
        await images.DeleteImageAsync("base/img.0");
        await images.MakeDirectoryAsync("gone");
        await images.DeleteDirectoryAsync("gone");
        await Wait.UntilAsync(async () => await here.ListImagesAsync(all) is ["base/sub/expiring"]);
        await Wait.UntilAsync(async () => (await here.ListDirectoriesAsync()).Count == 3);

        await UploadAsync(replica);
        await here.AddImageAsync("base/through", MakeImage());
        Assert.True(master.Has("base/through"));
        Assert.Equal((ulong)content.Length, master.Parts.Objects.SizeOf(ObjectHash.Of(content)));
        await images.AddImageAsync("base/short", master.MakeImage() with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(4) });
        await Wait.UntilAsync(async () => await here.CheckImageAsync("base/short"));
        await Wait.UntilAsync(async () => !await here.CheckImageAsync("base/short") && !master.Has("base/short"));
    }

    static async Task UploadAsync(GoServer server)
    {
        await using var upload = await new ObjectServerClient(await server.ConnectAsync()).AddObjectsAsync();
        await upload.AddAsync(content, ObjectHash.Of(content));
        await upload.FinishAsync();
    }

    static Image MakeImage()
    {
        var tree = new FileSystemBuilder();
        tree.Add("/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = (ulong)content.Length, Hash = ObjectHash.Of(content) });
        return new Image { FileSystem = tree.Build() };
    }
}

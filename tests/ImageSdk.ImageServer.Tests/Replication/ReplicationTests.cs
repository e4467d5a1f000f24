using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Replication;

public class ReplicationTests
{
    [Fact]
    public async Task A_replica_gets_what_there_is_and_follows_what_changes()
    {
        await using var master = await LiveServer.StartAsync();
        await using var connection = await master.ConnectAsync();
        var client = new ImageServerClient(connection);
        await client.MakeDirectoryAsync("base/sub", makeAll: true);
        await master.AddAsync("base/img.0", []);
        await using var replica = await LiveServer.StartReplicaAsync(master);
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img.0"], Names(replica));
        Assert.Equal([".", "base", "base/sub"], Directories(replica));

        await client.MakeDirectoryAsync("live");
        await master.AddAsync("live/img", []);
        await replica.UntilAsync(() => replica.Has("live/img"), "the image was not replicated");
        await client.DeleteImageAsync("base/img.0");
        await client.DeleteDirectoryAsync("base/sub");
        await replica.UntilAsync(() => !replica.Has("base/img.0") && Directories(replica).Length == 3, "the deletions were not replicated");
        Assert.Equal(["live/img"], Names(replica));
    }

    static string[] Names(LiveServer server) => [.. server.Parts.Images.List(_ => true).Select(header => header.Name).Order()];

    static string[] Directories(LiveServer server) => [.. server.Parts.Images.ListDirectories().Select(directory => directory.Name)];
}

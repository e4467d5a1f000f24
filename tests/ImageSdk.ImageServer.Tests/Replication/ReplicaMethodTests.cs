using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Replication;

/// <summary>What clients can do at a replica.</summary>
public sealed class ReplicaMethodTests : IAsyncLifetime
{
    static readonly byte[] content = Encoding.UTF8.GetBytes("content that comes by way of the replica");

    TestServer master = null!;
    TestServer replica = null!;
    ImageServerClient images = null!;

    public async Task InitializeAsync()
    {
        master = await TestServer.StartAsync();
        await (await master.ConnectImagesAsync()).MakeDirectoryAsync("base");
        replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        images = await replica.ConnectImagesAsync();
    }

    public async Task DisposeAsync()
    {
        await replica.DisposeAsync();
        await master.DisposeAsync();
    }

    async Task UploadAsync()
    {
        await using var connection = await replica.ConnectAsync();
        await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
        await upload.AddAsync(content, null);
        await upload.FinishAsync();
    }

    static Image MakeImage()
    {
        var tree = new FileSystemBuilder();
        tree.Add("/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = (ulong)content.Length, Hash = ObjectHash.Of(content) });
        return new Image { FileSystem = tree.Build() };
    }

    [Fact]
    public async Task ObjectsAreAtTheMasterWhenTheyAreConfirmed()
    {
        await UploadAsync();
        Assert.Equal((ulong)content.Length, master.Parts.Objects.SizeOf(ObjectHash.Of(content)));
        Assert.Equal((ulong)content.Length, replica.Parts.Objects.SizeOf(ObjectHash.Of(content)));
    }

    [Fact]
    public async Task AnImageIsAddedToTheMasterAndHere()
    {
        await UploadAsync();
        await images.AddImageAsync("base/img", MakeImage());
        var (there, here) = (master.Parts.Images.Get("base/img")!, replica.Parts.Images.Get("base/img")!);
        Assert.NotNull(there.CreatedOn);
        Assert.Equal(there.CreatedOn, here.CreatedOn);
        Assert.DoesNotContain(replica.LogLines, line => line.Contains("Replicator(base/img): add image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatTheMasterHasForgottenIsSentWithTheImage()
    {
        await UploadAsync();
        File.Delete(master.Parts.Objects.Store.GetPath(ObjectHash.Of(content)));
        master.Parts.Objects.LookAgain(ObjectHash.Of(content));
        await images.AddImageAsync("base/img", MakeImage());
        Assert.True(master.Has("base/img"));
        Assert.Equal((ulong)content.Length, master.Parts.Objects.SizeOf(ObjectHash.Of(content)));
    }

    [Fact]
    public async Task AnImageWhoseObjectsAreNotHereDoesNotGetToTheMaster()
    {
        var refusal = await Assert.ThrowsAsync<SrpcException>(() => images.AddImageAsync("base/img", MakeImage()));
        Assert.Equal($"object: {ObjectHash.Of(content)} is not available", refusal.Message);
        Assert.Empty(master.Images());
    }

    [Fact]
    public async Task WithoutTheMasterNothingIsAdded()
    {
        await UploadAsync();
        await master.RestartAsync(() =>
        {
            var refusal = Assert.Throws<SrpcException>(() => images.AddImageAsync("base/img", MakeImage()).GetAwaiter().GetResult());
            Assert.Equal("connection refused", refusal.Message);
        });
        Assert.Empty(replica.Images());
    }

    [Fact]
    public async Task OtherChangesAreForTheMaster()
    {
        var text = $"cannot make changes while under replication control, go to master: 127.0.0.1:{master.Port}";
        Func<Task>[] changes =
        [
            () => images.MakeDirectoryAsync("x"), () => images.DeleteDirectoryAsync("base"), () => images.DeleteImageAsync("base/x"),
            () => images.ChangeImageExpirationAsync("base/x", null),
        ];
        foreach (var change in changes)
            Assert.Equal(text, (await Assert.ThrowsAsync<SrpcException>(change)).Message);
        Assert.Equal($"127.0.0.1:{master.Port}", await images.GetReplicationMasterAsync());
        Assert.Null(await (await master.ConnectImagesAsync()).GetReplicationMasterAsync());
    }
}

using System.Net;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;
using ImageSdk.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ImageSdk.ImageServer.Tests;

public sealed class GetObjectsTests : IDisposable
{
    readonly ObjectServer server = new();

    public void Dispose() => server.Dispose();

    static byte[][] Contents { get; } =
        [.. ((int[])[1, 1000, 1 << 18, (1 << 18) + 1, 3_000_000, 17]).Select(length => TemporaryStore.Content(length, length))];

    ObjectHash[] Store() => [.. Contents.Select(content => server.Temporary.Store.Add(content).Hash)];

    [Fact]
    public async Task Objects_come_in_the_order_of_the_request_as_often_as_they_are_named()
    {
        var hashes = Store();
        int[] order = [0, 4, 1, 2, 0, 3, 4, 5, 5];
        await server.WithClientAsync(async client =>
        {
            for (var round = 0; round < 2; round++)
            {
                var received = new List<byte[]>();
                await client.GetObjectsAsync([.. order.Select(index => hashes[index])], async (_, content) =>
                {
                    var copy = new MemoryStream();
                    await content.CopyToAsync(copy);
                    received.Add(copy.ToArray());
                });
                Assert.Equal(order.Select(index => Contents[index]), received);
            }
            await client.GetObjectsAsync([], (_, _) => default);
        });
    }

    [Fact]
    public async Task More_readers_than_are_served_at_once_all_get_what_they_want()
    {
        var hashes = Store();
        await Task.WhenAll(Enumerable.Range(0, 130).Select(_ => server.WithClientAsync(
            client => client.GetObjectsAsync(hashes, (_, _) => default))));
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task The_first_of_those_missing_is_named()
    {
        var here = Store()[0];
        var absent = ObjectHash.Of("absent"u8);
        await server.WithClientAsync(async client =>
        {
            async Task<string> RefusalAsync(params ObjectHash[] hashes) =>
                (await Assert.ThrowsAsync<SrpcException>(() => client.GetObjectsAsync(hashes, (_, _) => default))).Message;
            Assert.Equal($"unknown object: {absent}", await RefusalAsync(here, absent));
            Assert.Equal($"first of 2 unknown objects: {absent}", await RefusalAsync(absent, here, default));
            Assert.Equal([1UL, 0UL], await client.CheckObjectsAsync([here, absent]));
        });
    }

    [Fact]
    public async Task What_is_being_sent_is_not_collected()
    {
        server.Catalogue.MarkComplete();
        var hashes = Store();
        Assert.Equal(Contents.Length, server.Catalogue.SizesOf(hashes).Count(size => size > 0));
        await server.WithClientAsync(async client =>
        {
            await client.GetObjectsAsync([.. Enumerable.Repeat(hashes[4], 20), .. hashes], (index, _) =>
            {
                if (index == 0)
                    Assert.Throws<SrpcException>(() => server.Catalogue.DeleteUnreferenced(0, 1));
                return default;
            });
        });
        await Wait.UntilAsync(() => server.Catalogue.ListUnreferenced().Any());
        server.Catalogue.DeleteUnreferenced(100, 0);
        Assert.Empty(server.Temporary.Files());
    }

    [Fact]
    public async Task A_file_that_is_gone_ends_the_connection_and_is_absent_from_then_on()
    {
        var hashes = Store();
        Assert.Equal(1UL, server.Catalogue.SizeOf(hashes[0]));
        File.Delete(server.Temporary.Store.GetPath(hashes[0]));
        await server.WithClientAsync(async client =>
            await Assert.ThrowsAsync<SrpcException>(() => client.GetObjectsAsync(hashes, (_, _) => default)));
        Assert.Null(server.Catalogue.SizeOf(hashes[0]));
        await server.WithClientAsync(async client =>
        {
            await using var upload = await client.AddObjectsAsync();
            await upload.AddAsync(Contents[0], hashes[0]);
            await upload.FinishAsync();
            Assert.Equal(1, upload.AddedCount);
            await client.GetObjectsAsync(hashes, (_, _) => default);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bandwidth_is_measured(bool toServer)
    {
        await using var connection = await server.ConnectAsync();
        await using var call = await connection.OpenCallAsync("ObjectServer.TestBandwidth");
        await call.WriteAsync(TestBandwidthRequest.Gob, new() { ChunkSize = 1000, SendToServer = toServer });
        var chunk = new byte[1001];
        if (toServer)
        {
            chunk[^1] = 1;
            await call.WriteBytesAsync(chunk);
            chunk[^1] = 0;
            await call.WriteBytesAsync(chunk);
        }
        await call.FlushAsync();
        if (!toServer)
        {
            do
                for (var filled = 0; filled < chunk.Length;)
                    filled += await call.ReadBytesAsync(chunk.AsMemory(filled));
            while (chunk[^1] == 1);
        }
        Assert.True((await call.ReadAsync(TestBandwidthResponse.Gob)).ServerDuration > TimeSpan.Zero);
        await call.CloseAsync();
        await connection.PingAsync();
    }

    [Fact]
    public async Task Objects_are_imported_by_HTTP()
    {
        var hashes = Contents.Select(content => ObjectHash.Of(content)).ToArray();
        var files = hashes.Zip(Contents).ToDictionary(pair => $"/blob/{pair.First}", pair => pair.Second);
        files[$"/blob/{ObjectHash.Of("other"u8)}"] = "wrong"u8.ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var web = builder.Build();
        web.Run(async context =>
        {
            if (!files.TryGetValue(context.Request.Path, out var content))
            {
                context.Response.StatusCode = 404;
                return;
            }
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content);
        });
        await web.StartAsync();
        var url = web.Urls.First() + "/blob";
        server.Temporary.Store.Add(Contents[0]);

        await using var connection = await server.ConnectAsync();
        Task<ImportObjectsResponse> ImportAsync(ObjectHash[] wanted, ulong[]? sizes = null) => connection.CallAsync(
            "ObjectServer.ImportObjects", ImportObjectsRequest.Gob,
            new ImportObjectsRequest { BaseRemoteUrl = url, Hashes = wanted, ObjectSizes = sizes ?? [] }, ImportObjectsResponse.Gob);

        Assert.Equal(new() { Error = $"existing size: 1 != 2 for: {hashes[0]}" }, await ImportAsync([hashes[0]], [2]));
        var bytes = (ulong)Contents.Skip(1).Sum(content => content.Length);
        Assert.Equal(new() { ObjectsAdded = 5, BytesAdded = bytes }, await ImportAsync(hashes));
        Assert.Equal(new(), await ImportAsync(hashes));
        Assert.All(hashes, hash => Assert.Equal(Storage.ObjectCondition.Good, server.Temporary.Store.Verify(hash)));
        var missing = await ImportAsync([hashes[0], ObjectHash.Of("missing"u8)]);
        Assert.Equal((1UL, 0UL), (missing.FailedIndex, missing.ObjectsAdded));
        Assert.Contains("404", missing.Error);
        var wrong = await ImportAsync([ObjectHash.Of("other"u8)]);
        Assert.StartsWith("hash mismatch. Computed=", wrong.Error);
        Assert.Equal(6, server.Temporary.Files().Length);
    }

    [Fact]
    public async Task A_replica_imports_nothing()
    {
        using var replica = new ObjectServer(options: new() { ReplicationMaster = "master:6971" });
        await using var connection = await replica.ConnectAsync();
        var answer = await connection.CallAsync(
            "ObjectServer.ImportObjects", ImportObjectsRequest.Gob, new ImportObjectsRequest(), ImportObjectsResponse.Gob);
        Assert.Equal("cannot make changes while under replication control, go to master: master:6971", answer.Error);
    }

    [Fact]
    public void Methods_are_as_public_as_the_flags_say()
    {
        string[] PublicMethods(ObjectServiceOptions options) =>
            [.. new SrpcServer(new(), [new ObjectService(server.Catalogue, options).Srpc]).PublicMethods.Select(name => name[13..])];
        Assert.Empty(PublicMethods(new()));
        Assert.Equal(["AddObjects", "ImportObjects"], PublicMethods(new() { AllowPublicAddObjects = true }));
        Assert.Equal(["CheckObjects"], PublicMethods(new() { AllowPublicCheckObjects = true }));
        Assert.Equal(["GetObjects"], PublicMethods(new() { AllowPublicGetObjects = true }));
        Assert.Equal(["CheckObjects", "GetObjects"], PublicMethods(new() { AllowPublicCheckObjects = true, AllowPublicGetObjects = true, AllowUnauthenticatedReads = true }));
        Assert.Empty(PublicMethods(new() { AllowUnauthenticatedReads = true }));
    }
}

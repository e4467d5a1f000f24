using System.Text;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests;
using ImageSdk.Tests;

namespace ImageSdk.Dominator.Tests;

/// <summary>Our client hears what the original server said, and says what the original client said.</summary>
public class ClientReplayTests
{
    static ObjectHash Hello { get; } = ObjectHash.Of("hello\n"u8);

    static async Task<ScriptedStream> ReplayAsync(string name, Func<SrpcConnection, Task> action)
    {
        var stream = new ScriptedStream(Conversation.Load(name).FromServer);
        await using var connection = (await new SrpcDialer(SrpcClientOptions.Default).OpenAsync(stream, SrpcEndpoint.Gob, false, default))!;
        await action(connection);
        return stream;
    }

    static async Task AssertSameAsync(string name, Func<SrpcConnection, Task> action)
    {
        var stream = await ReplayAsync(name, action);
        var recorded = Conversation.Load(name);
        Assert.Equal(Encoding.Latin1.GetString(recorded.FromClient), Encoding.Latin1.GetString(stream.Written));
        Assert.Equal(recorded.FromServer.Length, stream.Consumed);
    }

    static async Task AssertRefusedAsync(string name, string text, Func<ImageServerClient, Task> action) =>
        await AssertSameAsync(name, async connection =>
        {
            var refusal = await Assert.ThrowsAsync<SrpcException>(() => action(new(connection)));
            Assert.Equal(text, refusal.Message);
            Assert.True(refusal.IsFromServer);
            Assert.False(connection.IsBroken);
        });

    [FixtureTheory]
    [InlineData("CheckImage-true", "base/img.0", true)]
    [InlineData("CheckImage-false", "base/img.9", false)]
    [InlineData("AddImage-already-exists", "base/img.0", true)]
    public Task CheckImage(string name, string image, bool exists) => AssertSameAsync(name, async connection =>
        Assert.Equal(exists, await new ImageServerClient(connection).CheckImageAsync(image)));

    [FixtureTheory]
    [InlineData("CheckDirectory-true", "base", true)]
    [InlineData("CheckDirectory-false", "nope", false)]
    public Task CheckDirectory(string name, string directory, bool exists) => AssertSameAsync(name, async connection =>
        Assert.Equal(exists, await new ImageServerClient(connection).CheckDirectoryAsync(directory)));

    [FixtureTheory]
    [InlineData("GetImage-show", "base/img.0")]
    [InlineData("GetImage-show-v2", "base/img.1")]
    [InlineData("GetImageUsageEstimate", "base/img.0")]
    public Task GetImage(string name, string image) => AssertSameAsync(name, async connection =>
    {
        var answer = await new ImageServerClient(connection).GetImageAsync(image);
        Assert.Contains("etc", answer!.FileSystem!.Root.Entries.Select(entry => entry.Name.ToString()));
        Assert.NotNull(answer.CreatedOn);
    });

    [FixtureFact]
    public Task FindLatestImage() => AssertSameAsync("FindLatestImage", async connection =>
        Assert.Equal("base/img.2", await new ImageServerClient(connection).FindLatestImageAsync(new() { DirectoryName = "base" })));

    [FixtureFact]
    public Task ListImages() => AssertSameAsync("ListImages", async connection =>
        Assert.Equal(["base/img.0", "base/img.1", "base/img.2"], (await new ImageServerClient(connection).ListImagesAsync(new())).Order()));

    [FixtureFact]
    public Task ListImages_without_any() => AssertSameAsync("ListImages-empty", async connection =>
        Assert.Empty(await new ImageServerClient(connection).ListImagesAsync(new())));

    [FixtureFact]
    public Task ListImages_that_do_not_expire() => AssertSameAsync("ListSelectedImages", async connection =>
        Assert.Equal(["base/img.0", "base/img.2"], (await new ImageServerClient(connection).ListImagesAsync(new() { IgnoreExpiringImages = true })).Order()));

    [FixtureFact]
    public Task ListDirectories() => AssertSameAsync("ListDirectories", async connection => Assert.Equal(
        [".", "base", "x", "x/y", "x/y/z"], (await new ImageServerClient(connection).ListDirectoriesAsync()).Select(d => d.Name).Order()));

    [FixtureFact]
    public Task MakeDirectory() => AssertSameAsync("MakeDirectory", connection => new ImageServerClient(connection).MakeDirectoryAsync("base"));

    [FixtureFact]
    public Task DeleteDirectory() => AssertSameAsync("DeleteDirectory", connection => new ImageServerClient(connection).DeleteDirectoryAsync("x/y/z"));

    [FixtureFact]
    public Task DeleteImage() => AssertSameAsync("DeleteImage", connection => new ImageServerClient(connection).DeleteImageAsync("base/img.2"));

    [FixtureFact]
    public Task GetReplicationMaster() => AssertSameAsync("GetReplicationMaster", async connection =>
        Assert.Null(await new ImageServerClient(connection).GetReplicationMasterAsync()));

    [FixtureFact]
    public Task GetImageExpiration() => AssertSameAsync("GetImageExpiration", async connection =>
        Assert.Equal(2026, (await new ImageServerClient(connection).GetImageExpirationAsync("base/img.1"))!.Value.Year));

    [FixtureFact]
    public Task GetImageExpiration_of_none() => AssertSameAsync("GetImageExpiration-none", async connection =>
        Assert.Null(await new ImageServerClient(connection).GetImageExpirationAsync("base/img.0")));

    [FixtureFact]
    public Task Refusals_in_an_error_line() => Task.WhenAll(
        AssertRefusedAsync("MakeDirectory-exists", "directory: base already exists", client => client.MakeDirectoryAsync("base")),
        AssertRefusedAsync("DeleteImage-error", "image does not exist", client => client.DeleteImageAsync("base/nosuch")),
        AssertRefusedAsync("ChownDirectory", "no username: unauthenticated connection", client => client.ChangeOwnerAsync("base", "root")));

    [FixtureFact]
    public async Task Refusals_in_a_reply() =>
        await ReplayAsync("ChangeImageExpiration-error", async connection => Assert.Equal(
            "image does not expire",
            (await Assert.ThrowsAsync<SrpcException>(() => new ImageServerClient(connection).ChangeImageExpirationAsync("base/img.0", DateTimeOffset.UnixEpoch))).Message));

    [FixtureFact]
    public Task CheckObjects() => AssertSameAsync("CheckObjects", async connection =>
        Assert.Equal([6UL, 0UL], await new ObjectServerClient(connection).CheckObjectsAsync(
            HashesIn<CheckObjectsRequest>("CheckObjects", CheckObjectsRequest.Gob, m => m.Hashes))));

    static IReadOnlyList<ObjectHash> HashesIn<T>(string name, GobType<T> type, Func<T, IReadOnlyList<ObjectHash>> hashes)
    {
        var request = Conversation.Load(name).Pieces.Where(piece => piece.IsFromClient).ElementAt(2);
        return hashes(new GobDecoder(new MemoryStream(Conversation.Load(name).FromClient, request.Offset, request.Length)).Read(type));
    }

    [FixtureFact]
    public async Task GetObjects()
    {
        var hashes = HashesIn<GetObjectsRequest>("GetObjects", GetObjectsRequest.Gob, m => m.Hashes);
        Assert.Equal(Hello, hashes[0]);
        var stream = await ReplayAsync("GetObjects", async connection =>
        {
            var client = new ObjectServerClient(connection);
            var contents = new string[hashes.Count];
            await client.GetObjectsAsync(hashes, async (index, content) =>
            {
                using var reader = new StreamReader(content, leaveOpen: true);
                contents[index] = await reader.ReadToEndAsync();
            });
            Assert.Equal(["hello\n", "dup", "hello\n"], contents);
            await connection.PingAsync();
            var missing = await Assert.ThrowsAsync<SrpcException>(() => client.GetObjectsAsync([Hello], (_, _) => default));
            Assert.StartsWith("unknown object: 8d449f2d6c29a74f", missing.Message);
            Assert.False(connection.IsBroken);
        });
        var recorded = Conversation.Load("GetObjects").FromClient;
        // Behind it, the recorded client goes on with its numbers of types, and ours begins again.
        Assert.Equal(recorded[..486], stream.Written[..486]);
    }

    [FixtureFact]
    public async Task AddObjects()
    {
        var recorded = Conversation.Load("AddObjects");
        var script = new MemoryStream(recorded.FromClient, 53, 372);
        var decoder = new GobDecoder(script);
        await AssertSameAsync("AddObjects", async connection =>
        {
            var upload = await new ObjectServerClient(connection).AddObjectsAsync();
            for (AddObjectRequest request; (request = decoder.Read(AddObjectRequest.Gob)).Length > 0;)
                await upload.AddAsync(script, (long)request.Length, request.ExpectedHash);
            await upload.FinishAsync();
            Assert.Equal(2, upload.AddedCount);
            await connection.PingAsync();
        });
    }

    [FixtureFact]
    public async Task Answers_in_JSON()
    {
        var stream = new ScriptedStream(Conversation.Load("JSON-coder").FromServer);
        await using var connection = (await new SrpcDialer(SrpcClientOptions.Default).OpenAsync(stream, SrpcEndpoint.Json, false, default))!;
        var client = new ImageServerClient(connection);
        Assert.True(await client.CheckImageAsync("base/img.0"));
        Assert.Equal("base/img.4", await client.FindLatestImageAsync(new() { DirectoryName = "base" }));
        var image = (await client.GetImageAsync(new GetImageRequest { ImageName = "base/img.0", IgnoreFilesystem = true })).Image!;
        Assert.Equal(["/tmp/.*", "/var/log/.*"], image.Filter!.Lines);
        Assert.True(image.Triggers!.List[0].HighImpact);
        Assert.Equal("http://example.com/notes", image.ReleaseNotes!.Url);
        Assert.Equal(2026, image.CreatedOn!.Value.Year);
        Assert.Null(image.ExpiresAt);
        Assert.False(await client.CheckImageAsync("x"));
        Assert.NotEmpty(await client.ListImagesAsync(new()));
        Assert.Equal(710, stream.Consumed);
    }

    [FixtureFact]
    public async Task AddObjects_with_a_wrong_hash()
    {
        await ReplayAsync("AddObjects-badhash", async connection =>
        {
            await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
            var failure = await Assert.ThrowsAsync<SrpcException>(async () =>
            {
                await upload.AddAsync("x"u8.ToArray(), ObjectHash.Of("y"u8));
                await upload.AddAsync("z"u8.ToArray(), null);
                await upload.FinishAsync();
            });
            Assert.StartsWith("hash mismatch. Computed=77c7ce9a", failure.Message);
        });
    }

    [FixtureTheory]
    [InlineData("AddImage-full-session", 113)]
    [InlineData("AddImage-computed", 113)]
    public async Task A_whole_session_is_read_and_said_again(string name, int uploadAt)
    {
        var recorded = Conversation.Load(name);
        var script = new MemoryStream(recorded.FromClient);
        script.Position = uploadAt + 24;
        var objects = new GobDecoder(script);
        var uploaded = new List<(byte[] Content, ObjectHash? Hash)>();
        for (AddObjectRequest request; (request = objects.Read(AddObjectRequest.Gob)).Length > 0;)
        {
            var content = new byte[request.Length];
            script.ReadExactly(content);
            uploaded.Add((content, request.ExpectedHash));
        }
        script.Position += 21;
        var image = new GobDecoder(script).Read(AddImageRequest.Gob);
        Assert.Equal(script.Length, script.Position);

        var stream = await ReplayAsync(name, async connection =>
        {
            var client = new ImageServerClient(connection);
            Assert.False(await client.CheckImageAsync(image.ImageName));
            var upload = await new ObjectServerClient(connection).AddObjectsAsync();
            foreach (var (content, hash) in uploaded)
                await upload.AddAsync(content, hash);
            await upload.FinishAsync();
            await client.AddImageAsync(image.ImageName, image.Image!);
        });
        Assert.Equal(recorded.FromServer.Length, stream.Consumed);
        var said = new MemoryStream(stream.Written);
        said.Position = stream.Written.AsSpan().IndexOf("ImageServer.AddImage\n"u8) + 21;
        var again = new GobDecoder(said).Read(AddImageRequest.Gob);
        Assert.Equal(image.ImageName, again.ImageName);
        Same.Image(image.Image!, again.Image!);
    }
}

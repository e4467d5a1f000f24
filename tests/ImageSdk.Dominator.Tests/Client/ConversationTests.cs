using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests;
using ImageSdk.Srpc.Tests.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Dominator.Tests;

/// <summary>Every byte of the recorded conversations is understood.</summary>
public class ConversationTests
{
    delegate void Exchange(Stream client, Stream server);

    static readonly Dictionary<string, Exchange> exchanges = new()
    {
        ["ImageServer.AddImage"] = RequestReply(AddImageRequest.Gob, AddImageResponse.Gob),
        ["ImageServer.ChangeImageExpiration"] = RequestReply(ChangeImageExpirationRequest.Gob, ChangeImageExpirationResponse.Gob),
        ["ImageServer.CheckDirectory"] = RequestReply(CheckDirectoryRequest.Gob, CheckDirectoryResponse.Gob),
        ["ImageServer.CheckImage"] = RequestReply(CheckImageRequest.Gob, CheckImageResponse.Gob),
        ["ImageServer.ChownDirectory"] = RequestReply(ChangeOwnerRequest.Gob, ChangeOwnerResponse.Gob),
        ["ImageServer.DeleteDirectory"] = RequestReply(DeleteDirectoryRequest.Gob, DeleteDirectoryResponse.Gob),
        ["ImageServer.DeleteImage"] = RequestReply(DeleteImageRequest.Gob, DeleteImageResponse.Gob),
        ["ImageServer.DeleteUnreferencedObjects"] = RequestReply(DeleteUnreferencedObjectsRequest.Gob, DeleteUnreferencedObjectsResponse.Gob),
        ["ImageServer.FindLatestImage"] = RequestReply(FindLatestImageRequest.Gob, FindLatestImageResponse.Gob),
        ["ImageServer.GetImage"] = RequestReply(GetImageRequest.Gob, GetImageResponse.Gob),
        ["ImageServer.GetImageArchive"] = RequestReply(GetImageArchiveRequest.Gob, GetImageArchiveResponse.Gob),
        ["ImageServer.GetImageComputedFiles"] = RequestReply(GetImageComputedFilesRequest.Gob, GetImageComputedFilesResponse.Gob),
        ["ImageServer.GetImageExpiration"] = RequestReply(GetImageExpirationRequest.Gob, GetImageExpirationResponse.Gob),
        ["ImageServer.GetReplicationMaster"] = RequestReply(GetReplicationMasterRequest.Gob, GetReplicationMasterResponse.Gob),
        ["ImageServer.MakeDirectory"] = RequestReply(MakeDirectoryRequest.Gob, MakeDirectoryResponse.Gob),
        ["ImageServer.RestoreImageFromArchive"] = RequestReply(RestoreImageFromArchiveRequest.Gob, RestoreImageFromArchiveResponse.Gob),
        ["ImageServer.ListSelectedImages"] = (client, server) =>
        {
            new GobDecoder(client).Read(ListSelectedImagesRequest.Gob);
            while (ReadLine(server)!.Length > 0) ;
        },
        ["ImageServer.ListDirectories"] = (_, server) => ReadUntil(server, ImageTypes.Directory, directory => directory.Name.Length == 0),
        ["ImageServer.ListUnreferencedObjects"] = (_, server) => ReadUntil(server, StoredObject.Gob, item => item.Size == 0),
        ["ImageServer.GetImageUpdates"] = (client, server) =>
        {
            var decoder = new GobDecoder(server);
            while (decoder.TryRead(ImageUpdate.Gob, out _)) ;
        },
        ["ObjectServer.CheckObjects"] = RequestReply(CheckObjectsRequest.Gob, CheckObjectsResponse.Gob),
        ["ObjectServer.GetObjects"] = (client, server) =>
        {
            new GobDecoder(client).Read(GetObjectsRequest.Gob);
            var reply = new GobDecoder(server).Read(GetObjectsResponse.Gob);
            if (reply.ResponseString.Length == 0)
                server.ReadExactly(new byte[reply.ObjectSizes.Sum(size => (int)size)]);
        },
        ["ObjectServer.AddObjects"] = (client, server) =>
        {
            var requests = new GobDecoder(client);
            var responses = new GobDecoder(server);
            for (AddObjectRequest request; (request = requests.Read(AddObjectRequest.Gob)).Length > 0;)
            {
                client.ReadExactly(new byte[request.Length]);
                responses.Read(AddObjectResponse.Gob);
            }
        },
        [".LocalUpgradeToUnix"] = (client, server) =>
        {
            ReadAny(client, 2);
            ReadAny(server, 2);
        },
    };

    public static TheoryData<string> Gob =>
        [.. Conversation.Names.Where(name => !name.StartsWith("HTTP-", StringComparison.Ordinal) && name is not ("JSON-coder" or "NoCert-to-TLS-server")).DefaultIfEmpty("")];

    [FixtureTheory]
    [MemberData(nameof(Gob))]
    public void A_conversation_is_understood_to_its_last_byte(string name)
    {
        var recorded = Conversation.Load(name);
        var (client, server) = (new MemoryStream(recorded.FromClient), new MemoryStream(recorded.FromServer));
        Assert.StartsWith("CONNECT /_go", ReadLine(client));
        Assert.Equal("", ReadLine(client));
        Assert.Equal("HTTP/1.0 200 Connected to Go SRPC", ReadLine(server));
        Assert.Equal("", ReadLine(server));
        while (ReadLine(client) is { } method)
        {
            if (ReadLine(server) != "" || method.Length == 0)
                continue;
            exchanges.GetValueOrDefault(method, Anything)(client, server);
        }
        Assert.Equal(server.Length, server.Position);
    }

    /// <summary>Damaged answers of a server are reported as what they are.</summary>
    [FixtureFact]
    public async Task Damaged_answers_fail_the_call()
    {
        var random = new Random(2);
        (string Name, Func<SrpcConnection, Task> Call)[] calls =
        [
            ("GetImage-show", connection => new ImageServerClient(connection).GetImageAsync("base/img.0")),
            ("ListImages", connection => new ImageServerClient(connection).ListImagesAsync(new())),
            ("ListDirectories", connection => new ImageServerClient(connection).ListDirectoriesAsync()),
            ("GetObjects", connection => new ObjectServerClient(connection).GetObjectsAsync([Hello, Dup, Hello], (_, _) => default)),
            ("AddObjects", UploadAsync),
        ];
        var options = SrpcClientOptions.Default with { Limits = new() { MaxValueBytes = 1 << 16 } };
        var failures = 0;
        for (var round = 0; round < 5000; round++)
        {
            var (name, call) = calls[round % calls.Length];
            var answers = Conversation.Load(name).FromServer;
            var stream = new ScriptedStream([.. answers[..35], .. Mutation.Of(answers[35..], random)], random.Next(1, 4000));
            await using var connection = (await new SrpcDialer(options).OpenAsync(stream, SrpcEndpoint.Gob, false, default))!;
            try
            {
                await call(connection);
            }
            catch (SrpcException)
            {
                failures++;
            }
        }
        Assert.InRange(failures, 1000, 5000);
    }

    static Images.ObjectHash Hello => Images.ObjectHash.Of("hello\n"u8);

    static Images.ObjectHash Dup => Images.ObjectHash.Of("dup"u8);

    static async Task UploadAsync(SrpcConnection connection)
    {
        await using var upload = await new ObjectServerClient(connection).AddObjectsAsync();
        for (var count = 0; count < 3; count++)
            await upload.AddAsync("hello\n"u8.ToArray(), null);
        await upload.FinishAsync();
    }

    static Exchange RequestReply<TRequest, TReply>(GobType<TRequest> request, GobType<TReply> reply) => (client, server) =>
    {
        new GobDecoder(client).Read(request);
        if (ReadLine(server) == "")
            new GobDecoder(server).Read(reply);
    };

    static void Anything(Stream client, Stream server)
    {
        ReadAny(client, 1);
        if (ReadLine(server) == "")
            ReadAny(server, 1);
    }

    static void ReadAny(Stream stream, int count)
    {
        for (; count > 0; count--)
            Assert.True(new GobDecoder(stream).TryReadAny(out _));
    }

    static void ReadUntil<T>(Stream stream, GobType<T> type, Func<T, bool> isEnd)
    {
        var decoder = new GobDecoder(stream);
        while (!isEnd(decoder.Read(type))) ;
    }

    static string? ReadLine(Stream stream)
    {
        var line = new List<byte>();
        for (int next; (next = stream.ReadByte()) != '\n'; line.Add((byte)next))
        {
            if (next < 0)
                return null;
        }
        return System.Text.Encoding.UTF8.GetString([.. line]);
    }
}

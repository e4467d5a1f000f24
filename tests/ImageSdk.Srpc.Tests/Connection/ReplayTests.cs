using System.Security.Authentication;
using System.Text;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

/// <summary>Recorded clients speak to our server.</summary>
public class ReplayTests
{
    sealed class Flag
    {
        public bool ImageExists { get; set; }
    }

    sealed class Name
    {
        public string ImageName { get; set; } = "";
    }

    static readonly GobType<Name> request = new GobStruct<Name>("CheckImageRequest")
    {
        { "ImageName", GobTypes.Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };

    static readonly GobType<Flag> reply = new GobStruct<Flag>("CheckImageResponse")
    {
        { "ImageExists", GobTypes.Bool, m => m.ImageExists, (ref m, v) => m.ImageExists = v },
    };

    public static SrpcServer Server(SrpcServerOptions? options = null) => new(options ?? new(),
    [
        new SrpcService("ImageServer")
            .RequestReply("CheckImage", request, reply, (name, _) => Task.FromResult(new Flag { ImageExists = name.ImageName == "base/img.0" }))
            .RequestReply("MakeDirectory", request, reply, (_, _) => throw new SrpcException("directory: base already exists")),
    ]);

    static async Task<byte[]> AnswerAsync(byte[] client, int pieceSize = int.MaxValue)
    {
        var stream = new ScriptedStream(client, pieceSize);
        await Server().AcceptAsync(stream, new SrpcPeer());
        return stream.Written;
    }

    [FixtureTheory]
    [InlineData("ping", 1)]
    [InlineData("unknown-service", 1)]
    [InlineData("unknown-service", int.MaxValue)]
    [InlineData("HTTP-TLS-endpoint-when-insecure.conn3", 1)]
    public async Task Handshakes_pings_and_refusals_are_answered_byte_for_byte(string name, int pieceSize)
    {
        var recorded = Conversation.Load(name);
        Assert.Equal(recorded.FromServer, await AnswerAsync(recorded.FromClient, pieceSize));
    }

    [FixtureTheory]
    [InlineData("unknown-method")]
    [InlineData("CheckImage-true")]
    [InlineData("CheckImage-false")]
    public async Task Replies_differ_in_the_numbers_of_types_only(string name)
    {
        var recorded = Conversation.Load(name);
        var ours = await AnswerAsync(recorded.FromClient);
        var start = recorded.FromServer.AsSpan().IndexOf("CheckImageResponse"u8) - 7;
        Assert.Equal(recorded.FromServer.AsSpan(0, start), ours.AsSpan(0, start));
        Assert.Equal(
            recorded.FromServer.AsSpan().EndsWith(new byte[] { 0x88, 1, 1, 0 }),
            GobStreams.Decode(reply, ours[start..]).ImageExists);
    }

    [FixtureTheory]
    [InlineData("TLS-AccessDenied-MakeDirectory", false)]
    [InlineData("TLS-doNotUseMethodPowers", true)]
    public async Task Denials_are_those_of_the_original_byte_for_byte(string name, bool isPowerful)
    {
        var authority = new TestAuthority("ca");
        var recorded = Conversation.Load(name);
        var line = recorded.FromClient.AsSpan().IndexOf("\n\n"u8) + 2;
        Assert.True(SrpcRequestHead.TryParse(recorded.FromClient.AsSpan(0, line), out var head));
        var stream = new ScriptedStream(recorded.FromClient[line..]);
        var peer = new SrpcPeer { IsTls = true, Certificate = authority.Issue("CN=user", isPowerful ? ["*.*"] : null) };
        await Server(new() { Tls = () => new(authority.IssueServer(), authority.Authorities) }).ServeAsync(stream, head, peer);
        Assert.Equal(Encoding.ASCII.GetString(recorded.FromServer), Encoding.ASCII.GetString(stream.Written));
    }

    [FixtureFact]
    public async Task A_request_without_a_known_field_is_refused_in_one_line()
    {
        var ours = Encoding.ASCII.GetString(await AnswerAsync(Conversation.Load("MakeDirectory").FromClient));
        Assert.StartsWith("HTTP/1.0 200 Connected to Go SRPC\n\n\ntype mismatch", ours);
        Assert.Equal(4, ours.Count(letter => letter == '\n'));
    }

    /// <summary>Damaged conversations cost their own connection at most, and no more memory than the limits say.</summary>
    [FixtureFact]
    public async Task Damaged_conversations_end()
    {
        var random = new Random(1);
        byte[][] originals = [.. Conversation.Names.Select(name => Conversation.Load(name).FromClient)];
        var (refused, unexpected) = (0, default(Exception));
        var server = new SrpcServer(
            new()
            {
                Limits = InProcess.SmallLimits,
                OnFailure = (_, problem) =>
                {
                    refused++;
                    unexpected ??= problem is SrpcException or GobException or IOException or AuthenticationException ? null : problem;
                },
            },
            [.. ServicesOf(originals)]);
        for (var left = FuzzRounds.Or(20_000); left > 0; left--)
        {
            var original = originals[random.Next(originals.Length)];
            // Most damage behind the handshake, where it gets further.
            var head = random.Next(10) == 0 ? 0 : Math.Max(0, original.AsSpan().IndexOf("\n\n"u8) + 2);
            byte[] damaged = [.. original[..head], .. Mutation.Of(original[head..], random)];
            var stream = new ScriptedStream(damaged, random.Next(2) == 0 ? int.MaxValue : random.Next(1, 40));
            await server.AcceptAsync(stream, new SrpcPeer()).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(stream.IsDisposed);
            Assert.True(stream.Written.Length < 100_000);
        }
        Assert.NotEqual(0, refused);
        Assert.Null(unexpected);
    }

    // Every method that the recorded clients call, answering any request with an empty value.
    static IEnumerable<SrpcService> ServicesOf(byte[][] conversations) => conversations
        .SelectMany(bytes => Encoding.Latin1.GetString(bytes).Split('\n'))
        .Select(line => line.Split('.'))
        .Where(words => words.Length == 2 && words.All(word => word.Length > 0 && word.All(char.IsAsciiLetter)))
        .Select(words => (Service: words[0], Method: words[1]))
        .Distinct()
        .GroupBy(name => name.Service)
        .Select(group => group.Aggregate(new SrpcService(group.Key), (service, name) =>
            service.RequestReply(name.Method, anything, reply, (_, _) => Task.FromResult(new Flag()))));

    static readonly GobType<Flag> anything = new GobStruct<Flag>("Anything");
}

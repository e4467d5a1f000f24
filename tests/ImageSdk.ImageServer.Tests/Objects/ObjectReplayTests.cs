using ImageSdk.Dominator;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests;

/// <summary>Recorded clients get the answers from us that they got from the original.</summary>
public sealed class ObjectReplayTests : IDisposable
{
    readonly TemporaryStore temporary = new();

    public void Dispose() => temporary.Dispose();

    async Task<byte[]> AnswerAsync(string name)
    {
        using var service = new ObjectService(temporary.Open(), new());
        var stream = new ScriptedStream(Conversation.Load(name).FromClient);
        await new SrpcServer(new(), [service.Srpc]).AcceptAsync(stream, new SrpcPeer());
        return stream.Written;
    }

    // What follows the handshake and the verdict.
    static List<T> Decode<T>(byte[] answer, GobType<T> type, int count)
    {
        var input = new MemoryStream(answer);
        input.Position = 36;
        var decoder = new GobDecoder(input);
        return [.. Enumerable.Range(0, count).Select(_ => decoder.Read(type))];
    }

    async Task AssertSameAsync<T>(string name, GobType<T> type, int count)
    {
        var expected = Decode(Conversation.Load(name).FromServer, type, count);
        Assert.Equal(expected, Decode(await AnswerAsync(name), type, count));
    }

    [FixtureTheory]
    [InlineData("AddObjects", 3)]
    [InlineData("AddObjects-badhash", 2)]
    [InlineData("AddObjects-objecttool", 1)]
    public Task AddObjects(string name, int count) => AssertSameAsync(name, AddObjectResponse.Gob, count);

    [FixtureFact]
    public async Task CheckObjects()
    {
        temporary.Store.Add("hello\n"u8);
        Assert.Equal(Conversation.Load("CheckObjects").FromServer[..37], (await AnswerAsync("CheckObjects"))[..37]);
        using var service = new ObjectService(temporary.Open(), new());
        var answer = await AnswerAsync("CheckObjects");
        var sizes = new GobDecoder(new MemoryStream(answer[37..])).Read(CheckObjectsResponse.Gob).ObjectSizes;
        Assert.Equal([6UL, 0UL], sizes);
    }

    /// <summary>With the data between the values, a ping, and a refusal.</summary>
    [FixtureFact]
    public async Task GetObjects()
    {
        temporary.Store.Add("hello\n"u8);
        temporary.Store.Add("dup"u8);
        var answers = new List<(string, string, string)>();
        foreach (var bytes in (byte[][])[Conversation.Load("GetObjects").FromServer, await AnswerAsync("GetObjects")])
        {
            var input = new MemoryStream(bytes);
            input.Position = 36;
            var first = new GobDecoder(input).Read(GetObjectsResponse.Gob);
            var data = new byte[17];
            input.ReadExactly(data);
            var second = new GobDecoder(input).Read(GetObjectsResponse.Gob);
            Assert.Equal(input.Length, input.Position);
            answers.Add((
                $"{first.ResponseString} {string.Join(' ', first.ObjectSizes)}", System.Text.Encoding.ASCII.GetString(data),
                $"{second.ResponseString} {string.Join(' ', second.ObjectSizes)}"));
        }
        Assert.Equal(" 6 3 6", answers[0].Item1);
        Assert.Equal("hello\nduphello\n\n\n", answers[0].Item2);
        Assert.Equal(answers[0], answers[1]);
    }
}

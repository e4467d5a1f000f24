using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests;

/// <summary>A service for tests.</summary>
static class EchoService
{
    public sealed class Text
    {
        public string Value { get; set; } = "";
    }

    public static GobType<Text> TextType { get; } = new GobStruct<Text>("Text")
    {
        { "Value", GobTypes.Text, m => m.Value, (ref m, v) => m.Value = v },
    };

    public static SrpcService Create() => new SrpcService("Test")
        .RequestReply("Echo", TextType, TextType, (request, _) => Task.FromResult(request), SrpcMethodOptions.Public)
        .RequestReply("Fail", TextType, TextType, (request, _) => throw new SrpcException(request.Value))
        .RequestReply("WhoAmI", TextType, TextType, (_, call) => Task.FromResult(new Text
        {
            Value = $"{call.Caller.User}/{string.Join(',', call.Caller.Groups.Order())}/{call.Caller.HasMethodAccess}",
        }), SrpcMethodOptions.Public)
        .Stream("Lines", async call =>
        {
            for (var line = 0; line < 3; line++)
                await call.WriteTextAsync($"line {line}\n");
            await call.WriteTextAsync("\n");
        })
        .Stream("Sum", SumAsync)
        .Stream("Broken", _ => throw new SrpcException("nothing of this is sent"))
        .Stream("Hang", call => call.WaitForEndAsync());

    // Numbers of bytes and the bytes; zero ends; answers with the sums.
    static async Task SumAsync(SrpcServerCall call)
    {
        for (ulong count; (count = await call.ReadAsync(GobTypes.U64)) > 0;)
        {
            var bytes = new byte[count];
            await call.Stream.ReadExactlyAsync(bytes);
            await call.WriteAsync(GobTypes.U64, bytes.Aggregate(0UL, (sum, next) => sum + next));
            await call.FlushAsync();
        }
    }
}

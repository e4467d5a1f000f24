namespace ImageSdk.Srpc;

/// <summary>Reads the head of a request from a connection that has no HTTP server in front.</summary>
static class RequestHeadReader
{
    /// <returns>The head, null where there is none in the bytes allowed; how long it is; and all that was read.</returns>
    public static async ValueTask<(SrpcRequestHead? Head, int Length, ReadOnlyMemory<byte> Read)> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[ConnectAnswer.MaxHeadBytes];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (count == 0)
                return (null, 0, default);
            length += count;
            var end = EndOfHead(buffer.AsSpan(0, length));
            if (end > 0)
                return (SrpcRequestHead.TryParse(buffer.AsSpan(0, end), out var head) ? head : null, end, buffer.AsMemory(0, length));
        }
        return (null, 0, default);
    }

    // Behind the first empty line.
    static int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        var bare = bytes.IndexOf("\n\n"u8);
        var full = bytes.IndexOf("\n\r\n"u8);
        return (bare, full) switch
        {
            (< 0, < 0) => -1,
            (>= 0, < 0) => bare + 2,
            (< 0, >= 0) => full + 3,
            _ => Math.Min(bare + 2, full + 3),
        };
    }
}

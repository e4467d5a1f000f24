using System.Text;

namespace ImageSdk.Srpc;

/// <summary>The client's side of the CONNECT exchange.</summary>
static class ConnectHandshake
{
    /// <summary>Asks for an end point. Takes nothing off the stream but the head of the answer: TLS may begin right behind it.</summary>
    /// <returns>False where the server does not have that end point.</returns>
    /// <exception cref="SrpcException">The server refuses or does not speak HTTP.</exception>
    public static async ValueTask<bool> RunAsync(Stream stream, SrpcEndpoint endpoint, bool withoutPowers, CancellationToken cancellation)
    {
        await stream.WriteAsync(Request(endpoint, withoutPowers), cancellation);
        await stream.FlushAsync(cancellation);
        var head = await ReadHeadAsync(stream, cancellation);
        return head.AsSpan().SequenceEqual(ConnectAnswer.Bytes) || Judge(StatusLine(head));
    }

    internal static byte[] Request(SrpcEndpoint endpoint, bool withoutPowers) =>
        Encoding.ASCII.GetBytes($"CONNECT {endpoint.Path}{(withoutPowers ? $"?{SrpcEndpoint.WithoutPowers}=true" : "")} HTTP/1.0\n\n");

    // No answer that is followed by anything is shorter than the good one, so that much can be read at once.
    static async ValueTask<byte[]> ReadHeadAsync(Stream stream, CancellationToken cancellation)
    {
        var head = new byte[ConnectAnswer.MaxHeadBytes];
        var length = await stream.ReadAtLeastAsync(
            head.AsMemory(0, ConnectAnswer.Bytes.Length), ConnectAnswer.Bytes.Length, throwOnEndOfStream: false, cancellation);
        if (length == 0)
            throw new SrpcException("EOF");
        while (length < head.Length && LooksLikeHttp(head.AsSpan(0, length)) && !IsComplete(head.AsSpan(0, length)))
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellation) == 0)
                break;
            length++;
        }
        return head[..length];
    }

    static bool LooksLikeHttp(ReadOnlySpan<byte> head) => head.StartsWith("HTTP/"u8);

    static bool IsComplete(ReadOnlySpan<byte> head) => head.EndsWith("\n\n"u8) || head.EndsWith("\r\n\r\n"u8);

    static string StatusLine(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = Encoding.Latin1.GetString(end < 0 ? head[..Math.Min(head.Length, 80)] : head[..end]).TrimEnd('\r');
        if (end < 0 || !LooksLikeHttp(head))
            throw new SrpcException($"malformed HTTP response \"{Printable(line)}\"");
        return line;
    }

    static string Printable(string line) => string.Concat(line.Select(letter => letter is >= ' ' and <= '~' ? letter : '.'));

    static bool Judge(string statusLine)
    {
        var space = statusLine.IndexOf(' ');
        var status = space < 0 ? "" : statusLine[(space + 1)..].Trim();
        return status.Split(' ')[0] switch
        {
            "200" when status == ConnectAnswer.StatusText => true,
            "404" => false,
            "405" => throw new SrpcException("missing certificate"),
            "401" => throw new SrpcException("bad certificate"),
            { Length: 3 } code when code.All(char.IsAsciiDigit) => throw new SrpcException($"unexpected HTTP response: {Printable(status)}"),
            _ => throw new SrpcException($"malformed HTTP response \"{Printable(statusLine)}\""),
        };
    }
}

namespace ImageSdk.Srpc;

/// <summary>What a server writes when it has accepted a connection: bare line feeds, no headers.</summary>
static class ConnectAnswer
{
    public const string StatusText = "200 Connected to Go SRPC";

    public static ReadOnlySpan<byte> Bytes => "HTTP/1.0 200 Connected to Go SRPC\n\n"u8;

    /// <summary>Head of a request or answer, in bytes, at most.</summary>
    public const int MaxHeadBytes = 8192;
}

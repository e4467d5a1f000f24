using System.Net.Sockets;

namespace ImageSdk.Srpc;

/// <summary>
/// The method by which a client on the server's own machine moves its connection from TCP, with or without TLS, to a
/// Unix socket. Each side shows there a secret that it got over the old connection; who the caller is stays the same.
/// </summary>
static class LocalUpgrade
{
    public const string MethodName = "LocalUpgradeToUnix";

    /// <summary>With the nameless service in front.</summary>
    public const string Method = $".{MethodName}";

    public const int CookieSize = 8;

    const int BufferSize = 1 << 20;

    /// <summary>What a server writes on the Unix socket once it has the right cookie.</summary>
    public const byte Acknowledgement = 0;

    /// <summary>From the offer of a Unix socket to the client's arrival there.</summary>
    public static TimeSpan ArrivalTime { get; } = TimeSpan.FromSeconds(10);

    public static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Makes room for what is on its way, so that the two sides take turns less often. The system may give less.</summary>
    public static void Widen(Socket socket) => socket.SendBufferSize = BufferSize;

    /// <summary>The address of a name in the abstract namespace, which begins with <c>@</c>.</summary>
    public static UnixDomainSocketEndPoint Address(string name) => new($"\0{name[1..]}");
}

using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests;

/// <summary>A client and a server over a socket pair.</summary>
static class InProcess
{
    public static SrpcServer Server(SrpcServerOptions? options = null) => new(options ?? new(), [EchoService.Create()]);

    /// <summary>A dialer all of whose connections lead to a server.</summary>
    public static SrpcDialer Dialer(this SrpcServer server, SrpcClientOptions? options = null) => new(options ?? SrpcClientOptions.Default)
    {
        OpenTransport = async (_, _) =>
        {
            var (client, remote) = await DuplexPair.OpenAsync();
            _ = server.AcceptAsync(remote, new SrpcPeer());
            return client;
        },
    };

    public static Task<SrpcConnection> ConnectAsync(this SrpcDialer dialer) => dialer.ConnectAsync(new SrpcAddress("test", 1));

    public static Task<SrpcConnection> ConnectAsync(this SrpcServer server, SrpcClientOptions? options = null) =>
        server.Dialer(options).ConnectAsync();

    public static async Task<string> EchoAsync(this SrpcConnection connection, string text, string method = "Echo") =>
        (await connection.CallAsync($"Test.{method}", EchoService.TextType, new EchoService.Text { Value = text }, EchoService.TextType)).Value;

    public static GobLimits SmallLimits { get; } = new() { MaxValueBytes = 1 << 16, MaxDefinitions = 64 };
}

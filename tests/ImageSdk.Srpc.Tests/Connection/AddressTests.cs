namespace ImageSdk.Srpc.Tests;

public class AddressTests
{
    [Theory]
    [InlineData("host:6971", "host", 6971)]
    [InlineData("host*label:1", "host", 1)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("[::1]*label:80", "::1", 80)]
    public void An_address_is_read(string text, string host, int port) => Assert.Equal(new SrpcAddress(host, port), SrpcAddress.Parse(text));

    [Theory]
    [InlineData("host")]
    [InlineData(":1")]
    [InlineData("*label:1")]
    [InlineData("host:x")]
    [InlineData("host:-1")]
    [InlineData("host:65536")]
    [InlineData("[::1:2")]
    public void Other_text_is_refused(string text) => Assert.Throws<FormatException>(() => SrpcAddress.Parse(text));

    [Fact]
    public async Task A_closed_port_refuses()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var failure = await Assert.ThrowsAsync<SrpcException>(() => new SrpcDialer(new()).ConnectAsync(new("127.0.0.1", port)));
        Assert.Equal("connection refused", failure.Message);
    }

    [Fact]
    public async Task A_connection_over_TCP_serves_calls()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var server = InProcess.Server();
        var serving = Task.Run(async () => await server.AcceptAsync((await listener.AcceptTcpClientAsync()).GetStream(), new SrpcPeer()));
        await using (var connection = await new SrpcDialer(new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1*x:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}")))
            Assert.Equal("x", await connection.EchoAsync("x"));
        await serving;
    }
}

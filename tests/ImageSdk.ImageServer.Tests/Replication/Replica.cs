using System.Runtime.CompilerServices;
using ImageSdk.ImageServer.Options;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Replication;

/// <summary>Servers that follow others.</summary>
static class Replica
{
    /// <summary>Starts a replica that does not wait long before it tries again.</summary>
    public static Task<TestServer> StartAsync(TestServer master, Action<ServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        options.MasterHost = "127.0.0.1";
        options.MasterPort = (ushort)master.Port;
        options.ReplicationPause = TimeSpan.FromMilliseconds(50);
        configure?.Invoke(options);
    });

    /// <summary>Waits for what has to happen, and shows the server's log where it does not.</summary>
    public static Task UntilAsync(this TestServer server, Func<bool> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        Wait.UntilAsync(isSo, limit: null, () => "The log:\n" + string.Join('\n', server.LogLines), what);

    public static Task UntilLoggedAsync(this TestServer server, string text) =>
        server.UntilAsync(() => server.LogLines.Any(line => line.Contains(text, StringComparison.Ordinal)));

    public static bool Has(this TestServer server, string image) => server.Parts.Images.Find(image) is not null;

    public static string[] Images(this TestServer server) =>
        [.. server.Parts.Images.List(_ => true).Select(header => header.Name).Order(StringComparer.Ordinal)];

    public static string[] Directories(this TestServer server) => [.. server.Parts.Images.ListDirectories().Select(directory => directory.Name)];
}

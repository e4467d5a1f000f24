namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>What lies behind a proxy of Swift: its servers of accounts, containers and objects with their rings, and memcached.</summary>
static class SwiftStorage
{
    /// <param name="directory">Has the folders <c>etc</c>, for settings, and <c>node/d1</c>, for what is stored.</param>
    /// <param name="start">Starts a server: its name and its command.</param>
    /// <returns>The port of memcached.</returns>
    public static async Task<int> StartAsync(string directory, Func<string, string[], ServerProcess> start)
    {
        var etc = Path.Combine(directory, "etc");
        var cache = ServerProcess.FreePort();
        start("memcached", ["/usr/bin/memcached", "-u", Environment.UserName, "-l", "127.0.0.1", "-p", $"{cache}"]);
        foreach (var kind in (string[])["account", "container", "object"])
        {
            var port = ServerProcess.FreePort();
            var configuration = Path.Combine(etc, $"{kind}-server.conf");
            await File.WriteAllTextAsync(configuration, $"""
                [DEFAULT]
                bind_ip = 127.0.0.1
                bind_port = {port}
                workers = 0
                user = {Environment.UserName}
                swift_dir = {etc}
                devices = {directory}/node
                mount_check = false
                [pipeline:main]
                pipeline = {kind}-server
                [app:{kind}-server]
                use = egg:swift#{kind}
                """);
            string[] builder = ["/usr/bin/swift-ring-builder", $"{kind}.builder"];
            await ServerProcess.RunAsync(etc, [.. builder, "create", "4", "1", "0"]);
            await ServerProcess.RunAsync(etc, [.. builder, "add", $"r1z1-127.0.0.1:{port}/d1", "1"]);
            await ServerProcess.RunAsync(etc, [.. builder, "rebalance"]);
            start($"swift-{kind}", [$"/usr/bin/swift-{kind}-server", configuration, "-v"]);
        }
        return cache;
    }
}

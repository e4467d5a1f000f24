using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>A RabbitMQ server of the tests' own: on ports and in a directory of its own, with a port mapper (epmd) that ends with it.</summary>
public sealed class RabbitServer : IAsyncLifetime
{
    public const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    readonly string directory = Directory.CreateTempSubdirectory("rabbit-").FullName;
    readonly int[] ports = FindPorts(3);
    Process? process;

    public string Uri => $"amqp://127.0.0.1:{ports[0]}";

    public async Task InitializeAsync()
    {
        if (File.Exists(Program))
            await StartAsync();
    }

    public async Task StartAsync()
    {
        File.WriteAllText(Path.Combine(directory, "rabbitmq.conf"), $"listeners.tcp.1 = 127.0.0.1:{ports[0]}\n");
        File.WriteAllText(Path.Combine(directory, "enabled_plugins"), "[].");
        // As long as the shell's standard input is open: the server ends with the tests, however those end.
        const string WhileOpen = """
            setsid "$0" > "$HOME/output" 2>&1 & server=$!
            read line
            kill -KILL -$server
            wait
            for try in 1 2 3 4 5 6 7 8 9 10; do
              epmd -port "$ERL_EPMD_PORT" -kill > /dev/null 2>&1 || sleep 0.2
              epmd -port "$ERL_EPMD_PORT" -names > /dev/null 2>&1 || break
            done
            test "$line" = keep || rm -rf "$HOME"
            """;
        var start = new ProcessStartInfo("sh", ["-c", WhileOpen, Program]) { RedirectStandardInput = true, WorkingDirectory = directory };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = directory, ["RABBITMQ_NODENAME"] = $"ib{ports[0]}@localhost", ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1", ["RABBITMQ_NODE_PORT"] = $"{ports[0]}", ["RABBITMQ_DIST_PORT"] = $"{ports[1]}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(directory, "mnesia"), ["RABBITMQ_LOG_BASE"] = Path.Combine(directory, "log"), ["RABBITMQ_CONFIG_FILE"] = Path.Combine(directory, "rabbitmq"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(directory, "enabled_plugins"), ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null", ["ERL_EPMD_ADDRESS"] = "127.0.0.1", ["ERL_EPMD_PORT"] = $"{ports[2]}",
            // One scheduler: other tests want the processors, too.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +A 4",
        })
            start.Environment[name] = value;
        process = Process.Start(start)!;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    await using var connection = await ConnectAsync();
                    return true;
                }
                catch (BrokerUnreachableException)
                {
                    return process.HasExited ? throw new InvalidOperationException(Output) : false;
                }
            },
            explain: () => Output);
    }

    /// <summary>Ends the server as a machine that loses power does; what it has kept is there when it starts again.</summary>
    public async Task KillAsync() => await EndAsync("keep");

    public Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new(Uri), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    public async Task DisposeAsync()
    {
        if (process is not null)
            await EndAsync("");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    string Output => File.Exists(Path.Combine(directory, "output")) ? File.ReadAllText(Path.Combine(directory, "output")) : "";

    async Task EndAsync(string word)
    {
        await process!.StandardInput.WriteLineAsync(word);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    static int[] FindPorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] found = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return found;
    }
}

/// <summary>A test that needs RabbitMQ.</summary>
sealed class RabbitFactAttribute : FactAttribute
{
    public RabbitFactAttribute() => Skip = File.Exists(RabbitServer.Program) ? null : "needs rabbitmq-server; eng/test.sh installs it";
}

/// <summary>One server for all tests that do not stop it.</summary>
[CollectionDefinition("RabbitMQ")]
public sealed class RabbitCollection : ICollectionFixture<RabbitServer>;

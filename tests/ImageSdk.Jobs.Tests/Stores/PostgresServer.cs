using System.Diagnostics;
using Npgsql;

namespace ImageSdk.Jobs.Tests.Stores;

/// <summary>A PostgreSQL server of the tests' own: in a temporary directory, on a Unix socket, as an ordinary user.</summary>
sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The user who runs the server where the tests are run by root, which the server refuses. The package makes it.</summary>
    const string User = "postgres";

    static readonly Lazy<Task<PostgresServer>> Common = new(StartAsync);

    readonly string directory;
    Process? process;

    PostgresServer(string directory) => this.directory = directory;

    /// <summary>Where the newest version's programs are; null where there are none.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "postgres"))).OrderByDescending(bin => int.Parse(bin.Split("/")[^2])).FirstOrDefault()
        : null;

    static bool IsRoot => Environment.UserName == "root";

    /// <summary>A server for tests that do not stop it.</summary>
    public static Task<PostgresServer> SharedAsync() => Common.Value;

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer(MakeDirectory());
        if (IsRoot)
            await RunAsync("chown", User, server.directory);
        await RunAsync([.. AsUser(), Path.Combine(Programs!, "initdb"), "--no-sync", "--auth=trust", "--username=jobs", "--encoding=UTF8", "--locale=C",
            "--pgdata", server.Data]);
        await server.RestartAsync();
        return server;
    }

    string Data => Path.Combine(directory, "data");

    public string ConnectionString => $"Host={directory};Username=jobs;Database=postgres";

    /// <summary>Sockets have short paths.</summary>
    static string MakeDirectory()
    {
        var root = Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 and < 60 } given ? given : "/tmp";
        var made = Path.Combine(root, "pg-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(made);
        return made;
    }

    static IEnumerable<string> AsUser() => IsRoot ? ["setpriv", "--reuid", User, "--regid", User, "--clear-groups"] : [];

    /// <summary>
    /// Runs the server for as long as the shell's standard input is open, and removes its directory: both end with the tests, however those end. Where
    /// the shell is killed, the server hears of it.
    /// </summary>
    string[] WhileOpen(IEnumerable<string> command) =>
        ["sh", "-c", "directory=$1; shift; \"$@\" & read line; kill -QUIT $!; wait; rm -rf \"$directory\"", "sh", directory, .. command];

    public async Task RestartAsync()
    {
        var command = WhileOpen([.. AsUser(), "setpriv", "--pdeathsig", "QUIT", Path.Combine(Programs!, "postgres"), "-D", Data, "-k", directory, "-c", "listen_addresses=", "-c", "dynamic_shared_memory_type=mmap", "-c", "fsync=off",
            "-c", "max_connections=200", "-c", "logging_collector=off"]);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        process = Process.Start(start)!;
        var said = new List<string>();
        process.ErrorDataReceived += (_, line) => { lock (said) said.Add(line.Data ?? ""); };
        process.BeginErrorReadLine();
        for (var until = DateTime.UtcNow.AddSeconds(60); ;)
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException exception)
            {
                if (process.HasExited || DateTime.UtcNow > until)
                    throw new InvalidOperationException($"PostgreSQL does not start: {exception.Message}\n{string.Join('\n', said)}", exception);
                await Task.Delay(50);
            }
    }

    /// <summary>Kills the server and all its processes with SIGKILL, as a machine that loses power.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        // Its processes notice that the first is gone, and end.
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process = null;
        File.Delete(Path.Combine(Data, "postmaster.pid"));
    }

    static async Task RunAsync(params string[] command)
    {
        using var run = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var output = run.StandardOutput.ReadToEndAsync();
        var error = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]}: {await error}{await output}");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        for (var attempt = 0; Directory.Exists(directory) && attempt < 20; attempt++)
            try
            {
                Directory.Delete(directory, true);
            }
            catch (IOException)
            {
                // Its last processes are about to end.
                await Task.Delay(100);
            }
    }
}

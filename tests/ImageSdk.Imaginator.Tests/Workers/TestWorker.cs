using System.Diagnostics;
using ImageSdk.Jobs.Tests.Stores;
using Npgsql;

namespace ImageSdk.Imaginator.Tests.Workers;

/// <summary>A worker: a process of its own, which tests kill.</summary>
sealed class TestWorker : IDisposable
{
    /// <summary>The first of the flags of a worker that seems to be on another machine.</summary>
    public const string Elsewhere = "elsewhere";

    readonly List<string> lines = [];

    TestWorker(string name, Process process) => (Name, Process) = (name, process);

    public string Name { get; }

    public Process Process { get; }

    public string Log
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <param name="flags">Of which each counts more than what the tests say.</param>
    public static async Task<TestWorker> StartAsync(TestImaginator imaginator, string name, params string[] flags)
    {
        // In a PID namespace of its own it is on another machine, as far as others can tell whether it lives.
        var isElsewhere = flags is [Elsewhere, ..];
        flags = isElsewhere ? flags[1..] : flags;
        var start = new ProcessStartInfo(isElsewhere ? "unshare" : "dotnet",
        [
            .. isElsewhere ? ["--pid", "--fork", "--kill-child", "--mount-proc", "dotnet"] : Array.Empty<string>(),
            Path.Combine(AppContext.BaseDirectory, "imaginator.dll"), "worker", $"-name={name}", $"-jobsDatabase={imaginator.JobsDatabase}", "-CAfile=", "-certFile=", "-keyFile=",
            "-imaginatorHostname=127.0.0.1", $"-imaginatorPortNum={imaginator.Port}", $"-stateDir={imaginator.Folder["worker state"]}", "-leaseTime=2s", "-shutdownTime=1s", .. flags,
        ])
        { RedirectStandardError = true };
        var worker = new TestWorker(name, Process.Start(start)!);
        var ready = new TaskCompletionSource();
        worker.Process.ErrorDataReceived += (_, line) =>
        {
            lock (worker.lines)
                worker.lines.Add(line.Data ?? "");
            if (line.Data?.StartsWith($"worker {name} takes builds", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        worker.Process.BeginErrorReadLine();
        if (await Task.WhenAny(ready.Task, worker.Process.WaitForExitAsync(), Task.Delay(TimeSpan.FromMinutes(1))) != ready.Task)
            throw new InvalidOperationException($"the worker does not start:\n{worker.Log}");
        return worker;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }
        Process.Dispose();
    }
}

/// <summary>A test with workers in namespaces of their own, which root makes.</summary>
sealed class RootWorkerFactAttribute : FactAttribute
{
    public RootWorkerFactAttribute() => Skip = new WorkerFactAttribute().Skip ?? (Environment.UserName == "root" ? null : "makes PID namespaces as root");
}

/// <summary>A test with workers, which build real images.</summary>
sealed class WorkerFactAttribute : FactAttribute
{
    public WorkerFactAttribute()
    {
        foreach (var tool in new[] { "bwrap", "unshare", "git" })
            if (!File.Exists($"/usr/bin/{tool}"))
                Skip = $"needs {tool}; eng/test.sh installs it";
        if (PostgresServer.Programs is null)
            Skip = "needs PostgreSQL (Debian's package postgresql); eng/test.sh installs it";
    }
}

/// <summary>Databases for jobs.</summary>
static class JobsPostgres
{
    /// <summary>A schema of its own.</summary>
    public static async Task<string> CreateAsync(PostgresServer server)
    {
        var schema = $"imaginator{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE SCHEMA {schema}", connection);
        await command.ExecuteNonQueryAsync();
        return $"{server.ConnectionString};Search Path={schema};Maximum Pool Size=8";
    }

    /// <summary>All that is in the tables, as text.</summary>
    public static async Task<string> DumpAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var all = new System.Text.StringBuilder();
        foreach (var table in new[] { "jobs", "jobevents", "jobworkers", "joblabels", "jobwaiters", "jobowners" })
            await ReadAsync($"SELECT t::text FROM {table} t");
        await ReadAsync("SELECT convert_from(bytes, 'UTF8') FROM joblogchunks ORDER BY job, start");
        return all.ToString();

        async Task ReadAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                all.AppendLine(reader.GetString(0));
        }
    }
}

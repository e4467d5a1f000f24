using ImageSdk.Jobs.Queues;
using Npgsql;

namespace ImageSdk.Jobs.Tests.Stores;

/// <summary>An empty place for jobs, and queues opened on it.</summary>
sealed class JobPlace : IAsyncDisposable
{
    readonly List<JobQueue> queues = [];
    readonly string? directory;
    readonly PostgresServer? server;

    JobPlace(string connection, string? directory, PostgresServer? server)
    {
        Connection = connection;
        this.directory = directory;
        this.server = server;
    }

    public string Connection { get; }

    /// <param name="store">The kind of database.</param>
    /// <param name="ownServer">Whether the test stops the server.</param>
    public static async Task<JobPlace> CreateAsync(Store store, bool ownServer = false)
    {
        if (store == Store.Sqlite)
        {
            var root = Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } given ? given : Path.GetTempPath();
            var directory = Path.Combine(root, $"jobs ü {Guid.NewGuid():N}");
            Directory.CreateDirectory(directory);
            return new(Path.Combine(directory, "jobs=1; x.db"), directory, null);
        }
        var server = ownServer ? await PostgresServer.StartAsync() : await PostgresServer.SharedAsync();
        var schema = $"jobs{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE SCHEMA {schema}", connection);
        await command.ExecuteNonQueryAsync();
        return new($"{server.ConnectionString};Search Path={schema};Maximum Pool Size=10", null, ownServer ? server : null);
    }

    /// <summary>Opens a queue as another process would. Its maintenance runs only where the test asks for it.</summary>
    public async Task<JobQueue> OpenAsync(JobQueueOptions? options = null)
    {
        var queue = await JobQueue.OpenAsync(Connection, options ?? new() { Maintain = false, RetryDelay = _ => TimeSpan.Zero });
        lock (queues)
            queues.Add(queue);
        return queue;
    }

    /// <summary>Makes the database go away for some time: the server is killed, the file locked by another program.</summary>
    public async Task InterruptAsync(TimeSpan time)
    {
        if (server is not null)
        {
            await server.KillAsync();
            await Task.Delay(time);
            await server.RestartAsync();
            return;
        }
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source=\"{Connection}\";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        await Task.Delay(time);
        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in queues)
            await queue.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        if (directory is not null)
            Directory.Delete(directory, true);
    }
}

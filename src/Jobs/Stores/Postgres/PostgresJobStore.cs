using System.Data;
using ImageSdk.Jobs.Stores.Sqlite;
using ImageSdk.Jobs.Waking;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace ImageSdk.Jobs.Stores.Postgres;

/// <summary>Jobs in a PostgreSQL database, for the processes of many machines.</summary>
sealed class PostgresJobStore : IJobStore
{
    static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    readonly NpgsqlDataSource source;
    readonly NpgsqlConnectionStringBuilder settings;

    public PostgresJobStore(string connectionString)
    {
        settings = new(connectionString)
        {
            // The listener hears of a server that vanished without a word; in seconds.
            KeepAlive = 15,
        };
        settings.ApplicationName ??= "imagesdk-jobs";
        source = NpgsqlDataSource.Create(settings);
    }

    public string Place => $"the database {settings.Database ?? settings.Username} on {settings.Host}";

    public string ForUpdate => "FOR UPDATE";

    public string SkipLocked => "FOR UPDATE OF j SKIP LOCKED";

    public string In(string argument) => $"= ANY(@{argument})";

    public string Migrations => "postgres/";

    public void Prepare()
    {
    }

    public async Task<JobTransaction> BeginAsync(bool writes, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        try
        {
            // Read committed: a statement that waited for another's row sees what that has made of it.
            return new(connection, await connection.BeginTransactionAsync(cancel), this, null, cancel);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>One that is free until the transaction ends.</summary>
    public Task LockSchemaAsync(JobTransaction transaction)
        => transaction.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('imagesdk.jobs'), hashtext(current_schema()))");

    public Task AnnounceInsideAsync(JobTransaction transaction, IReadOnlyCollection<WakeTopic> topics)
        => transaction.ExecuteAsync("SELECT pg_notify('imagesdk_jobs_' || md5(current_schema()), topic) FROM unnest(@topics) AS topic",
            new { topics = topics.Select(topic => topic.ToString()).ToArray() });

    public void AnnounceAfter(IReadOnlyCollection<WakeTopic> topics)
    {
    }

    public async Task ListenAsync(WakeHub hub, Action<string> report, CancellationToken cancel)
    {
        for (var reported = false; ;)
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancel);
                connection.Notification += (_, notification) =>
                {
                    if (WakeTopic.Parse(notification.Payload) is { } topic)
                        hub.Signal(topic);
                };
                await using (var command = connection.CreateCommand())
                {
                    command.CommandText = "DO $$ BEGIN EXECUTE 'LISTEN imagesdk_jobs_' || md5(current_schema()); END $$";
                    await command.ExecuteNonQueryAsync(cancel);
                }
                // What was announced before is lost.
                hub.SignalAll();
                reported = false;
                while (true)
                    await connection.WaitAsync(cancel);
            }
            catch (Exception exception) when (!cancel.IsCancellationRequested && exception is NpgsqlException or InvalidOperationException)
            {
                if (!reported)
                    report($"{Place} is away, announcements of changes will be late: {exception.Message}");
                reported = true;
                await Task.Delay(ReconnectPause, cancel);
            }
    }

    public bool IsTransient(Exception exception) => exception switch
    {
        // Connections lost, resources short, shut down or starting up; serialization, deadlock and two who insert the same at once.
        PostgresException { SqlState: var state } => state[..2] is "08" or "53" or "57" or "40" || state == PostgresErrorCodes.UniqueViolation,
        NpgsqlException => exception.InnerException is not System.Security.Authentication.AuthenticationException,
        TimeoutException or IOException => true,
        _ => false,
    };

    public async Task SaveAsync(string file, CancellationToken cancel)
    {
        await using var copy = new SqliteJobStore(file);
        copy.Prepare();
        await using var target = await copy.BeginAsync(writes: true, cancel);
        await JobMigrations.ApplyAsync(target, copy);
        await using var connection = await source.OpenConnectionAsync(cancel);
        // All statements see the same moment.
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        foreach (var table in JobRows.Tables)
        {
            await using var command = new NpgsqlCommand($"SELECT * FROM {table}", connection, snapshot);
            await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancel);
            await JobRows.InsertAsync(target, table, rows, cancel);
        }
        await target.CommitAsync();
    }

    public async Task LoadAsync(string file, CancellationToken cancel)
    {
        await MigrateAsync(new SqliteJobStore(file), cancel);
        await MigrateAsync(this, cancel);
        await using var original = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await original.OpenAsync(cancel);
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await IsAnyAsync(connection, cancel))
            throw JobRows.Present(Place);
        foreach (var table in JobRows.Tables)
        {
            await using var command = original.CreateCommand();
            command.CommandText = $"SELECT * FROM {table}";
            await using var rows = await command.ExecuteReaderAsync(cancel);
            await ImportAsync(connection, table, rows, cancel);
        }
        // Numbers go on where they were.
        await using (var numbers = new NpgsqlCommand("SELECT setval(pg_get_serial_sequence('jobs', 'id'), max(id)) FROM jobs HAVING max(id) IS NOT NULL", connection, transaction))
            await numbers.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    // An older program may have made the copy.
    static async Task MigrateAsync(IJobStore store, CancellationToken cancel)
    {
        await using var transaction = await store.BeginAsync(writes: true, cancel);
        await JobMigrations.ApplyAsync(transaction, store);
        await transaction.CommitAsync();
    }

    // No worker claims and no one submits a job before this is done: the lock makes them wait.
    static async Task<bool> IsAnyAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("LOCK TABLE jobs IN EXCLUSIVE MODE; SELECT EXISTS (SELECT 1 FROM jobs) OR EXISTS (SELECT 1 FROM jobworkers)", connection);
        return await command.ExecuteScalarAsync(cancel) is true;
    }

    static async Task ImportAsync(NpgsqlConnection connection, string table, SqliteDataReader rows, CancellationToken cancel)
    {
        var columns = JobRows.ColumnsOf(rows);
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)", cancel);
        while (await rows.ReadAsync(cancel))
        {
            await import.StartRowAsync(cancel);
            for (var column = 0; column < columns.Count; column++)
                switch (rows.GetValue(column))
                {
                    case long number:
                        await import.WriteAsync(number, NpgsqlDbType.Bigint, cancel);
                        break;
                    case byte[] bytes:
                        await import.WriteAsync(bytes, NpgsqlDbType.Bytea, cancel);
                        break;
                    case string text:
                        await import.WriteAsync(text, NpgsqlDbType.Text, cancel);
                        break;
                    default:
                        await import.WriteNullAsync(cancel);
                        break;
                }
        }
        await import.CompleteAsync(cancel);
    }

    /// <summary>The pool parts with broken connections by itself.</summary>
    public void Reconnect(Exception exception)
    {
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

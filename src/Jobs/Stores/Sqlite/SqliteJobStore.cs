using ImageSdk.Jobs.Waking;
using Microsoft.Data.Sqlite;

namespace ImageSdk.Jobs.Stores.Sqlite;

/// <summary>Jobs in a file, for the processes of one machine. Nothing has to be installed.</summary>
/// <remarks>
/// In WAL mode readers never wait. Writers of one process queue up here; those of other processes are waited for by
/// <see cref="JobDatabase"/>, which tries again.
/// </remarks>
sealed class SqliteJobStore : IJobStore
{
    readonly string path;
    readonly string connectionString;
    readonly SemaphoreSlim writing = new(1, 1);
    readonly WakeFiles wakeFiles;

    public SqliteJobStore(string given)
    {
        if (string.IsNullOrWhiteSpace(given))
            throw new ArgumentException("it is empty.");
        path = Path.GetFullPath(given);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            // In seconds. Short, as a thread waits.
            DefaultTimeout = 1,
        }.ToString();
        wakeFiles = new(path + "-wake");
    }

    public string Place => path;

    public string ForUpdate => "";

    public string SkipLocked => "";

    public string In(string argument) => $"IN @{argument}";

    public string Migrations => "sqlite/";

    public async Task<JobTransaction> BeginAsync(bool writes, CancellationToken cancel)
    {
        Turn? turn = null;
        SqliteConnection? connection = null;
        try
        {
            if (writes)
            {
                await writing.WaitAsync(cancel);
                turn = new(writing);
            }
            connection = new(connectionString);
            await connection.OpenAsync(cancel);
            // Not deferred means BEGIN IMMEDIATE: a transaction that first reads and then writes could fail half way.
            return new(connection, connection.BeginTransaction(deferred: !writes), this, turn, cancel);
        }
        catch
        {
            connection?.Dispose();
            turn?.Dispose();
            throw;
        }
    }

    public Task LockSchemaAsync(JobTransaction transaction) => Task.CompletedTask;

    /// <summary>Makes the file, in WAL mode, which stays.</summary>
    public void Prepare()
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new JobException("IMG7281", $"The jobs in {path} cannot be used: there is no directory {Path.GetDirectoryName(path)}. Make it first.");
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        command.ExecuteNonQuery();
    }

    public async Task SaveAsync(string file, CancellationToken cancel)
    {
        if (!File.Exists(path))
            throw new JobException("IMG7281", $"The jobs in {path} cannot be used: there is no such file.");
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        // One read transaction: writers neither wait for it nor show in it.
        command.CommandText = "VACUUM INTO $file";
        command.Parameters.AddWithValue("$file", file);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancel);
    }

    public async Task LoadAsync(string file, CancellationToken cancel)
    {
        if (File.Exists(path))
            throw JobRows.Present(Place);
        var incoming = path + "~";
        try
        {
            await using (var source = File.OpenRead(file))
            await using (var target = new FileStream(incoming, FileMode.Create, FileAccess.Write))
            {
                await source.CopyToAsync(target, cancel);
                target.Flush(flushToDisk: true);
            }
            File.Move(incoming, path);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    public Task AnnounceInsideAsync(JobTransaction transaction, IReadOnlyCollection<WakeTopic> topics) => Task.CompletedTask;

    public void AnnounceAfter(IReadOnlyCollection<WakeTopic> topics) => wakeFiles.Touch(topics.Select(topic => topic.Kind).Distinct());

    public Task ListenAsync(WakeHub hub, Action<string> report, CancellationToken cancel) => wakeFiles.ListenAsync(hub, report, cancel);

    public bool IsTransient(Exception exception)
        => exception is SqliteException
        {
            // Busy, locked, read-only (the file was moved), input or output error, full, cannot be opened.
            SqliteErrorCode: 5 or 6 or 8 or 10 or 13 or 14
        };

    public void Reconnect(Exception exception)
    {
        if (exception is SqliteException { SqliteErrorCode: not (5 or 6) })
            SqliteConnection.ClearPool(new SqliteConnection(connectionString));
    }

    public ValueTask DisposeAsync()
    {
        wakeFiles.Dispose();
        SqliteConnection.ClearPool(new SqliteConnection(connectionString));
        writing.Dispose();
        return ValueTask.CompletedTask;
    }

    sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}

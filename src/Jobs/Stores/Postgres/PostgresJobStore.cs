using ImageSdk.Jobs.Waking;
using Npgsql;

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

    /// <summary>The pool parts with broken connections by itself.</summary>
    public void Reconnect(Exception exception)
    {
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

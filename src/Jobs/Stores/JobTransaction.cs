using System.Data.Common;
using Dapper;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Stores;

/// <summary>A connection with a transaction, and what is to be announced when it is committed.</summary>
sealed class JobTransaction(DbConnection connection, DbTransaction transaction, IJobStore store, IDisposable? turn, CancellationToken cancel) : IAsyncDisposable
{
    readonly HashSet<WakeTopic> topics = [];

    /// <summary>Sees each statement with its arguments: tests look at how the database goes about them.</summary>
    public Action<string, object?>? Observer { private get; set; }

    public IReadOnlyCollection<WakeTopic> Topics => topics;

    public string ForUpdate => store.ForUpdate;

    public string SkipLocked => store.SkipLocked;

    public string In(string argument) => store.In(argument);

    public Task<int> ExecuteAsync(string sql, object? arguments = null) => connection.ExecuteAsync(Command(sql, arguments));

    public Task<T?> FirstAsync<T>(string sql, object? arguments = null) => connection.QueryFirstOrDefaultAsync<T>(Command(sql, arguments));

    public async Task<List<T>> ListAsync<T>(string sql, object? arguments = null)
        => (await connection.QueryAsync<T>(Command(sql, arguments))).AsList();

    /// <summary>A statement to be run many times.</summary>
    public DbCommand Prepare(string sql)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        return command;
    }

    CommandDefinition Command(string sql, object? arguments)
    {
        Observer?.Invoke(sql, arguments);
        return new(sql, arguments, transaction, cancellationToken: cancel);
    }

    /// <summary>Announces a change once it is committed.</summary>
    public void Announce(WakeTopic topic) => topics.Add(topic);

    public async Task CommitAsync()
    {
        if (topics.Count > 0)
            await store.AnnounceInsideAsync(this, topics);
        // What is on its way to the disk is not called back: it may have arrived.
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Undoes what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
        finally
        {
            turn?.Dispose();
        }
    }
}

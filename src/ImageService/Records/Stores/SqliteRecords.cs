using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Records in a file. Nothing has to be installed.</summary>
/// <param name="file">The file; it is made where it is not there.</param>
sealed class SqliteRecords(string file) : IRecordDatabase
{
    const int AlreadyThere = 19; // SQLITE_CONSTRAINT

    readonly string connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = Path.GetFullPath(file),
        // In seconds: how long a writer waits for another one.
        DefaultTimeout = 30,
    }.ToString();

    public string Place => file;

    public string Migrations => "sqlite/";

    // Readers never wait for writers. The mode stays with the file; that what was answered survives a power failure is SQLite's own default.
    public string Prepare => "PRAGMA journal_mode = WAL";

    public string LockSchema => "";

    public string ForUpdate => "";

    public string HasName => "name = @name";

    public async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Not deferred means BEGIN IMMEDIATE: a transaction that first reads and then writes could fail half way.
    public Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    public bool IsTaken(DbException exception) => exception is SqliteException { SqliteErrorCode: AlreadyThere };

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearPool(new SqliteConnection(connectionString));
        return ValueTask.CompletedTask;
    }
}

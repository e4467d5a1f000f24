using System.Data.Common;
using Dapper;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Many records that come in together: all of them, or none.</summary>
sealed class RecordImport : IAsyncDisposable
{
    readonly IRecordDatabase database;
    readonly DbConnection connection;
    readonly DbTransaction transaction;

    RecordImport(IRecordDatabase database, DbConnection connection, DbTransaction transaction) => (this.database, this.connection, this.transaction) = (database, connection, transaction);

    public static async Task<RecordImport> BeginAsync(IRecordDatabase database, CancellationToken cancellation)
    {
        var connection = await database.OpenAsync(cancellation);
        try
        {
            return new(database, connection, await database.BeginAsync(connection, cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a record, in the place of one with its id. After an exception nothing more can be added.</summary>
    /// <exception cref="LinkTakenException">Its link is another one's.</exception>
    public async Task AddAsync<T>(RecordKind<T> kind, T record) where T : IRecord
    {
        try
        {
            await connection.ExecuteAsync(RecordStore.AddStatement, RecordStore.Values(kind, record), transaction);
        }
        catch (DbException exception) when (database.IsTaken(exception))
        {
            throw new LinkTakenException(kind.Name, (record as ILinkedRecord)?.Link?.Path ?? "", "another one");
        }
    }

    public Task CommitAsync(CancellationToken cancellation) => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}

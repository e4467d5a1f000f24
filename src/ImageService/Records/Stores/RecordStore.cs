using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>
/// The records: those in use, and those that were deleted softly. An id is in one of the two. A link belongs to one record in use, which the
/// database itself sees to.
/// </summary>
sealed class RecordStore(IRecordDatabase database) : IAsyncDisposable
{
    /// <summary>Adds a record, in the place of one with its id.</summary>
    internal const string AddStatement =
        """
        INSERT INTO records (kind, id, is_deleted, link, name, document) VALUES (@kind, @id, @deleted, @link, @name, @document)
        ON CONFLICT (kind, id) DO UPDATE SET is_deleted = excluded.is_deleted, link = excluded.link, name = excluded.name, document = excluded.document
        """;

    public string Place => database.Place;

    /// <summary>Whether an address is a connection string of PostgreSQL; else it is a file.</summary>
    public static bool IsPostgres(string address) => Jobs.Stores.Postgres.PostgresUri.Is(address) || address.Contains('=');

    /// <summary>Opens a database by its address: a file, or a connection string of PostgreSQL.</summary>
    /// <exception cref="FormatException">The address is wrong, or the tables are of a later version.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public static async Task<RecordStore> OpenAsync(string address, CancellationToken cancellation)
    {
        IRecordDatabase database = IsPostgres(address) ? new PostgresRecords(address) : new SqliteRecords(address);
        try
        {
            await using var connection = await database.OpenAsync(cancellation);
            await RecordMigrations.ApplyAsync(database, connection, cancellation);
        }
        catch (DbException exception)
        {
            await database.DisposeAsync();
            throw new IOException($"the records in {database.Place} cannot be used: {exception.Message}", exception);
        }
        return new RecordStore(database);
    }

    /// <summary>The documents of all records of a kind, in the order in which they were made.</summary>
    public async IAsyncEnumerable<string> ListAsync<T>(RecordKind<T> kind, bool areDeleted, [EnumeratorCancellation] CancellationToken cancellation) where T : IRecord
    {
        await foreach (var (_, document) in ListAsync(kind, areDeleted, RecordSelection.All, cancellation))
            yield return document;
    }

    /// <summary>How many records of a kind there are.</summary>
    public async Task<int> CountAsync<T>(RecordKind<T> kind, bool areDeleted, CancellationToken cancellation) where T : IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM records WHERE kind = @Name AND is_deleted = @deleted", new { kind.Name, deleted = areDeleted ? 1 : 0 });
    }

    /// <summary>Documents of some records of a kind, each with a number that later ones have a higher one than.</summary>
    public async IAsyncEnumerable<(long Number, string Document)> ListAsync<T>(
        RecordKind<T> kind, bool areDeleted, RecordSelection selection, [EnumeratorCancellation] CancellationToken cancellation) where T : IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        var condition = new System.Text.StringBuilder("kind = @kind AND is_deleted = @deleted");
        Add(command, "kind", kind.Name);
        Add(command, "deleted", areDeleted ? 1 : 0);
        if (selection.Name is { } name)
        {
            condition.Append(" AND ").Append(database.HasName);
            Add(command, "name", name);
        }
        if (selection.After is { } after)
        {
            condition.Append(" AND number > @after");
            Add(command, "after", after);
        }
        var part = "";
        if (selection.Limit is { } limit)
        {
            part = " LIMIT @limit OFFSET @offset";
            Add(command, "limit", limit);
            Add(command, "offset", selection.Offset);
        }
        command.CommandText = $"SELECT number, document FROM records WHERE {condition} ORDER BY number{(selection.NewestFirst ? " DESC" : "")}{part}";
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return (reader.GetInt64(0), reader.GetString(1));
    }

    public async Task<IReadOnlyList<T>> ReadAllAsync<T>(RecordKind<T> kind, bool areDeleted, CancellationToken cancellation) where T : IRecord
    {
        var records = new List<T>();
        await foreach (var document in ListAsync(kind, areDeleted, cancellation))
            records.Add(kind.Read(document));
        return records;
    }

    /// <returns>Null where there is none.</returns>
    public async Task<T?> FindAsync<T>(RecordKind<T> kind, string id, bool isDeleted, CancellationToken cancellation) where T : class, IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await FindAsync(kind, id, isDeleted, connection, null, "");
    }

    /// <summary>The id of the record in use that has a link.</summary>
    public async Task<string?> FindByLinkAsync<T>(RecordKind<T> kind, string path, CancellationToken cancellation) where T : IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await FindByLinkAsync(kind.Name, path, connection);
    }

    /// <summary>Adds a record, in the place of one with its id.</summary>
    /// <exception cref="LinkTakenException">Its link is another one's.</exception>
    public async Task AddAsync<T>(RecordKind<T> kind, T record, CancellationToken cancellation) where T : IRecord
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellation);
            await connection.ExecuteAsync(AddStatement, Values(kind, record));
        }
        catch (DbException exception) when (database.IsTaken(exception))
        {
            throw await ExplainAsync(kind.Name, (record as ILinkedRecord)?.Link?.Path ?? "", cancellation);
        }
    }

    /// <summary>Changes a record.</summary>
    /// <param name="change">Makes the new one of the one that is there; it may be run again.</param>
    /// <returns>The new one; null where there is none.</returns>
    /// <exception cref="LinkTakenException">The new link is another one's.</exception>
    public async Task<T?> ChangeAsync<T>(RecordKind<T> kind, string id, bool isDeleted, Func<T, T> change, CancellationToken cancellation) where T : class, IRecord
    {
        T? changed = null;
        try
        {
            await using var connection = await database.OpenAsync(cancellation);
            await using var transaction = await database.BeginAsync(connection, cancellation);
            if (await FindAsync(kind, id, isDeleted, connection, transaction, database.ForUpdate) is not { } found)
                return null;
            changed = change(found);
            await connection.ExecuteAsync(
                "UPDATE records SET is_deleted = @deleted, link = @link, document = @document WHERE kind = @kind AND id = @id", Values(kind, changed), transaction);
            await transaction.CommitAsync(cancellation);
            return changed;
        }
        catch (DbException exception) when (changed is not null && database.IsTaken(exception))
        {
            throw await ExplainAsync(kind.Name, (changed as ILinkedRecord)?.Link?.Path ?? "", cancellation);
        }
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync<T>(RecordKind<T> kind, string id, bool isDeleted, CancellationToken cancellation) where T : IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await connection.ExecuteAsync(
            "DELETE FROM records WHERE kind = @Name AND id = @id AND is_deleted = @deleted", new { kind.Name, id, deleted = isDeleted ? 1 : 0 }) > 0;
    }

    public async Task RemoveAllAsync<T>(RecordKind<T> kind, bool areDeleted, CancellationToken cancellation) where T : IRecord
    {
        await using var connection = await database.OpenAsync(cancellation);
        await connection.ExecuteAsync("DELETE FROM records WHERE kind = @Name AND is_deleted = @deleted", new { kind.Name, deleted = areDeleted ? 1 : 0 });
    }

    /// <summary>Adds many records: all of them, or none.</summary>
    public Task<RecordImport> BeginImportAsync(CancellationToken cancellation) => RecordImport.BeginAsync(database, cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    async Task<LinkTakenException> ExplainAsync(string kind, string path, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return new(kind, path, await FindByLinkAsync(kind, path, connection) ?? "another one");
    }

    internal static object Values<T>(RecordKind<T> kind, T record) where T : IRecord => new
    {
        kind = kind.Name, id = record.Id, deleted = record.Deleted is null ? 0 : 1, link = (record as ILinkedRecord)?.Link?.Path, name = (record as INamedRecord)?.Name, document = kind.Write(record),
    };

    static Task<string?> FindByLinkAsync(string kind, string path, DbConnection connection) =>
        connection.ExecuteScalarAsync<string?>("SELECT id FROM records WHERE kind = @kind AND link = @path AND is_deleted = 0", new { kind, path });

    static async Task<T?> FindAsync<T>(RecordKind<T> kind, string id, bool isDeleted, DbConnection connection, DbTransaction? transaction, string suffix) where T : class, IRecord =>
        await connection.ExecuteScalarAsync<string?>(
            $"SELECT document FROM records WHERE kind = @Name AND id = @id AND is_deleted = @deleted{suffix}",
            new { kind.Name, id, deleted = isDeleted ? 1 : 0 }, transaction) is { } document
            ? kind.Read(document)
            : null;

    static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}

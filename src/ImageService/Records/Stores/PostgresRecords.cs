using System.Data.Common;
using ImageSdk.Jobs.Stores.Postgres;
using Npgsql;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Records in PostgreSQL, for several services over one database.</summary>
sealed class PostgresRecords : IRecordDatabase
{
    readonly NpgsqlDataSource source;

    /// <param name="connection">A connection string, as Npgsql or as a URI.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public PostgresRecords(string connection)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(PostgresUri.Is(connection) ? PostgresUri.ToConnectionString(connection) : connection);
            Place = $"PostgreSQL at {builder.Host}, database {builder.Database}";
            source = NpgsqlDataSource.Create(builder);
        }
        catch (Exception exception) when (exception is ArgumentException or UriFormatException)
        {
            throw new FormatException($"the connection string is wrong: {exception.Message}");
        }
    }

    public string Place { get; }

    public string Migrations => "postgres/";

    public string Prepare => "";

    // Any number, the same in all services.
    public string LockSchema => "SELECT pg_advisory_xact_lock(7600)";

    public string ForUpdate => " FOR UPDATE";

    // A name may be longer than an index takes.
    public string HasName => "md5(name) = md5(@name) AND name = @name";

    public async Task<DbConnection> OpenAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);

    public async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation) => await connection.BeginTransactionAsync(cancellation);

    public bool IsTaken(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

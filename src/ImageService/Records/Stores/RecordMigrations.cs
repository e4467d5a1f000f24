using System.Data.Common;
using Dapper;

namespace ImageSdk.ImageService.Records.Stores;

/// <summary>Brings the tables to the form that this version knows, by numbered scripts.</summary>
static class RecordMigrations
{
    /// <exception cref="FormatException">The tables are of a later version.</exception>
    public static async Task ApplyAsync(IRecordDatabase database, DbConnection connection, CancellationToken cancellation)
    {
        var scripts = typeof(RecordMigrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(database.Migrations, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        if (database.Prepare.Length > 0)
            await connection.ExecuteAsync(database.Prepare);
        await using var transaction = await database.BeginAsync(connection, cancellation);
        if (database.LockSchema.Length > 0)
            await connection.ExecuteAsync(database.LockSchema, transaction: transaction);
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS records_version (version INTEGER NOT NULL)", transaction: transaction);
        var version = await connection.ExecuteScalarAsync<int?>("SELECT version FROM records_version", transaction: transaction) ?? 0;
        if (version > scripts.Count)
            throw new FormatException($"the records in {database.Place} are of a later version ({version}) than this program knows ({scripts.Count})");
        foreach (var script in scripts.Skip(version))
        {
            using var reader = new StreamReader(typeof(RecordMigrations).Assembly.GetManifestResourceStream(script)!);
            await connection.ExecuteAsync(await reader.ReadToEndAsync(cancellation), transaction: transaction);
        }
        await connection.ExecuteAsync("DELETE FROM records_version; INSERT INTO records_version VALUES (@Count)", new { scripts.Count }, transaction);
        await transaction.CommitAsync(cancellation);
    }
}

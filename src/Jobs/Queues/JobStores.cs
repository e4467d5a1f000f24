using System.Text.RegularExpressions;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Stores.Postgres;
using ImageSdk.Jobs.Stores.Sqlite;

namespace ImageSdk.Jobs.Queues;

/// <summary>Finds the database that a text means.</summary>
static partial class JobStores
{
    /// <summary>
    /// A connection string or URI of PostgreSQL (<c>Host=…</c>, <c>postgresql://…</c>); all else is the path of a SQLite file, with or
    /// without <c>Data Source=</c>.
    /// </summary>
    /// <exception cref="JobException">IMG7280: it means none.</exception>
    public static IJobStore Open(string connection)
    {
        try
        {
            if (PostgresUri.Is(connection))
                return new PostgresJobStore(PostgresUri.ToConnectionString(connection));
            return PostgresKeyword().IsMatch(connection)
                ? new PostgresJobStore(connection)
                : new SqliteJobStore(DataSource().Match(connection) is { Success: true } match ? match.Groups["path"].Value : connection);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Without the text, which may hold a password.
            throw new JobException("IMG7280", $"The connection string of the database for jobs is malformed: {exception.Message} " +
                "Expected the path of a file, or a connection string of PostgreSQL such as 'Host=/run/postgresql;Database=jobs'.", exception);
        }
    }

    [GeneratedRegex(@"(^|;)\s*(host|server)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex PostgresKeyword();

    [GeneratedRegex(@"^\s*(data source|datasource|filename)\s*=\s*(?<path>[^;]+?)\s*;?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex DataSource();
}

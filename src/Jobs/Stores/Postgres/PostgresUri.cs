using Npgsql;

namespace ImageSdk.Jobs.Stores.Postgres;

/// <summary>The URI form of a connection string, which libpq and most deployment tools use.</summary>
public static class PostgresUri
{
    public static bool Is(string text)
        => text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">It is no URI.</exception>
    /// <exception cref="ArgumentException">A parameter is unknown.</exception>
    public static string ToConnectionString(string text)
    {
        var uri = new Uri(text);
        var builder = new NpgsqlConnectionStringBuilder();
        if (uri.Host.Length > 0)
            builder.Host = Uri.UnescapeDataString(uri.Host);
        if (uri.Port > 0)
            builder.Port = uri.Port;
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database)
            builder.Database = Uri.UnescapeDataString(database);
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            builder.Username = Uri.UnescapeDataString(user);
            if (password is [var given])
                builder.Password = Uri.UnescapeDataString(given);
        }
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, Uri.UnescapeDataString(right)) : (pair, "");
            builder[Keyword(name)] = value;
        }
        return builder.ToString();
    }

    /// <summary>libpq's names where Npgsql has others.</summary>
    static string Keyword(string name) => name switch
    {
        "dbname" => "Database",
        "user" => "Username",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "search_path" => "Search Path",
        _ => name,
    };
}

using System.Globalization;

namespace ImageSdk.Jobs.Stores;

/// <summary>Brings the schema up to date: numbered scripts beside each database, each applied once.</summary>
static class JobMigrations
{
    /// <exception cref="JobException">IMG7282: a newer program made the schema.</exception>
    public static async Task<int> ApplyAsync(JobTransaction transaction, IJobStore store)
    {
        await store.LockSchemaAsync(transaction);
        await transaction.ExecuteAsync("CREATE TABLE IF NOT EXISTS jobschema (version bigint NOT NULL)");
        var present = await transaction.FirstAsync<long?>("SELECT max(version) FROM jobschema") ?? 0;
        var scripts = Scripts(store.Migrations);
        if (present > scripts[^1].Version)
            throw new JobException("IMG7282", $"The jobs in {store.Place} were written by a newer version: schema {present}, this one knows {scripts[^1].Version}. " +
                "Use the newer program, or another database.");
        foreach (var (version, sql) in scripts.Where(script => script.Version > present))
        {
            await transaction.ExecuteAsync(sql);
            await transaction.ExecuteAsync("INSERT INTO jobschema (version) VALUES (@version)", new { version });
        }
        return scripts[^1].Version;
    }

    static List<(int Version, string Sql)> Scripts(string folder)
    {
        var assembly = typeof(JobMigrations).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return (int.Parse(name[folder.Length..^".sql".Length], CultureInfo.InvariantCulture), reader.ReadToEnd());
            })];
    }
}

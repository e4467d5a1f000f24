using System.Data.Common;

namespace ImageSdk.Jobs.Stores;

/// <summary>All rows of jobs, on their way from one database to another. Both have the same tables and columns.</summary>
static class JobRows
{
    /// <summary>The tables, each after those that its rows refer to. What they leave out says nothing of jobs.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["jobs", "joblabels", "jobwaiters", "jobevents", "joblogs", "joblogchunks", "jobowners", "jobworkers"];

    public static JobException Present(string place) =>
        new("IMG7393", $"There are jobs in {place} already, which would be mixed up with those of the backup. Name an empty database, or move these away.");

    public static IReadOnlyList<string> ColumnsOf(DbDataReader rows) => [.. Enumerable.Range(0, rows.FieldCount).Select(rows.GetName)];

    /// <summary>Writes rows into a table.</summary>
    public static async Task InsertAsync(JobTransaction target, string table, DbDataReader rows, CancellationToken cancel)
    {
        var columns = ColumnsOf(rows);
        await using var insert = target.Prepare($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))})");
        foreach (var column in columns)
        {
            var parameter = insert.CreateParameter();
            parameter.ParameterName = "@" + column;
            insert.Parameters.Add(parameter);
        }
        while (await rows.ReadAsync(cancel))
        {
            for (var column = 0; column < columns.Count; column++)
                insert.Parameters[column].Value = rows.GetValue(column);
            await insert.ExecuteNonQueryAsync(cancel);
        }
    }
}

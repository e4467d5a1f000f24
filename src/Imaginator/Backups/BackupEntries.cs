namespace ImageSdk.Imaginator.Backups;

/// <summary>The names of what is in a backup: a tar archive, compressed with gzip.</summary>
static class BackupEntries
{
    public const string Content = "backup.json";
    public const string Jobs = "jobs.db";
    public const string State = "state/";
    public const string Logs = "logs/";
    public const string Configuration = "configuration/";

    /// <summary>The last entry: a backup without it was cut off.</summary>
    public const string End = "end";

    /// <summary>Files of the state directory, beside the jobs, that say what no other place does.</summary>
    public static IReadOnlyList<string> StateFiles { get; } = ["switches.json", "image-streams.json"];

    public static BackupException Damaged(string file, string why, Exception? inner = null) =>
        new("IMG7394", $"{file} is no backup of an imaginator, or is damaged: {why}. Nothing was restored. Use another one.", inner);
}

namespace ImageSdk.ImageServer.Backups;

/// <summary>A backup or a restore is not done, or not of all.</summary>
/// <param name="code">Listed in docs/errors.md.</param>
/// <param name="message">Why, and what to do.</param>
sealed class BackupException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;
}

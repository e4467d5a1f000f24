using System.Text.Json;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Backups;

/// <summary>What a backup is of; the first entry of the archive.</summary>
sealed record BackupContent
{
    public const int CurrentFormat = 1;

    /// <summary>Raised when an older program would restore something wrong.</summary>
    public int Format { get; init; } = CurrentFormat;

    public DateTimeOffset MadeAt { get; init; }

    public string Version { get; init; } = "";

    /// <summary>The daemon's own. Where flags of a restore name no others, they are used again.</summary>
    public string StateDirectory { get; init; } = "";

    public string BuildLogDirectory { get; init; } = "";

    /// <summary>Of the flags; without a password. Both empty for a file in the state directory.</summary>
    public string JobsDatabase { get; init; } = "";

    public string JobsDatabaseFile { get; init; } = "";

    /// <summary>In the order of their entries.</summary>
    public IReadOnlyList<BackedUpFile> Configuration { get; init; } = [];

    public static BackupContent Of(ImaginatorOptions options) => new()
    {
        StateDirectory = Path.GetFullPath(options.StateDirectory),
        BuildLogDirectory = options.BuildLogDirectory.Length > 0 ? Path.GetFullPath(options.BuildLogDirectory) : "",
        JobsDatabase = options.Jobs.Connection,
        JobsDatabaseFile = options.Jobs.File,
    };

    /// <exception cref="BackupException">IMG7394: it is none, or of a newer program.</exception>
    public static BackupContent Read(Stream stream, string file)
    {
        BackupContent? read;
        try
        {
            read = JsonSerializer.Deserialize<BackupContent>(stream);
        }
        catch (JsonException problem)
        {
            throw BackupEntries.Damaged(file, problem.Message, problem);
        }
        return read switch
        {
            { Format: CurrentFormat } => read,
            null => throw BackupEntries.Damaged(file, "it does not say what it is of"),
            _ => throw new BackupException("IMG7394", $"{file} was made by a newer version ({read.Version}). Restore it with that version."),
        };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);
}

/// <param name="Path">Where it lies, on whichever machine.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="IsSecret">Passwords and keys.</param>
sealed record BackedUpFile(string Path, int Mode, bool IsSecret);

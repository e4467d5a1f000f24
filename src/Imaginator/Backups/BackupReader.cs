using System.Formats.Tar;
using System.IO.Compression;
using ImageSdk.Images;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Backups;

/// <summary>Unpacks a backup into a directory of its own, where nothing of it has an effect yet.</summary>
/// <param name="file">The backup.</param>
/// <param name="directory">Where to; made, and emptied first.</param>
sealed class BackupReader(string file, string directory)
{
    public string JobsFile => Path.Combine(directory, BackupEntries.Jobs);

    public string StateDirectory => Path.Combine(directory, "state");

    public string LogsDirectory => Path.Combine(directory, "logs");

    public string ConfigurationFile(int number) => Path.Combine(directory, "configuration", $"{number}");

    /// <summary>What the backup is of.</summary>
    /// <exception cref="BackupException">IMG7394: it is none.</exception>
    public static async Task<BackupContent> ReadContentAsync(string file, CancellationToken stop)
    {
        await using var tar = Open(file);
        return await ReadContentAsync(tar, file, stop);
    }

    /// <exception cref="BackupException">IMG7394: it is none, or is damaged.</exception>
    public async Task UnpackAsync(CancellationToken stop)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        foreach (var made in new[] { directory, StateDirectory, LogsDirectory, Path.Combine(directory, "configuration") })
            Directory.CreateDirectory(made, (UnixFileMode)Permissions.OwnerDirectory);
        await using var tar = Open(file);
        var content = await ReadContentAsync(tar, file, stop);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await NextAsync(tar, file, stop) is { } entry)
        {
            if (found.Contains(BackupEntries.End) || !found.Add(entry.Name))
                throw BackupEntries.Damaged(file, $"it has {entry.Name} twice, or behind its end");
            await UnpackAsync(entry, content, stop);
        }
        if (!found.Contains(BackupEntries.End) || !found.Contains(BackupEntries.Jobs))
            throw BackupEntries.Damaged(file, "its end is missing");
    }

    async Task UnpackAsync(TarEntry entry, BackupContent content, CancellationToken stop)
    {
        if (entry.Name == BackupEntries.End)
            return;
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsExpected(entry.Name, content))
            throw BackupEntries.Damaged(file, $"it has {entry.Name}, which no backup has");
        var path = Path.Combine(directory, entry.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            await using (var target = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)Permissions.OwnerFile }))
                if (entry.DataStream is { } data)
                    await data.CopyToAsync(target, stop);
        }
        catch (InvalidDataException problem)
        {
            throw BackupEntries.Damaged(file, problem.Message, problem);
        }
        catch (EndOfStreamException problem)
        {
            throw BackupEntries.Damaged(file, problem.Message, problem);
        }
        // The archive of logs goes by it.
        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
    }

    static bool IsExpected(string name, BackupContent content)
    {
        if (name == BackupEntries.Jobs || BackupEntries.StateFiles.Any(state => name == BackupEntries.State + state))
            return true;
        if (name.StartsWith(BackupEntries.Configuration, StringComparison.Ordinal))
            return Enumerable.Range(0, content.Configuration.Count).Any(number => name == $"{BackupEntries.Configuration}{number}");
        return name.StartsWith(BackupEntries.Logs, StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && name.Split('/').All(part => part is not ("" or "." or ".."));
    }

    static TarReader Open(string file)
    {
        try
        {
            return new(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BackupException("IMG7394", $"{file} cannot be read: {problem.Message}", problem);
        }
    }

    static async Task<BackupContent> ReadContentAsync(TarReader tar, string file, CancellationToken stop) =>
        await NextAsync(tar, file, stop) is { Name: BackupEntries.Content, DataStream: { } data } ? BackupContent.Read(data, file) : throw BackupEntries.Damaged(file, "it does not begin as one");

    static async Task<TarEntry?> NextAsync(TarReader tar, string file, CancellationToken stop)
    {
        try
        {
            return await tar.GetNextEntryAsync(cancellationToken: stop);
        }
        catch (Exception problem) when (problem is InvalidDataException or FormatException or EndOfStreamException)
        {
            throw BackupEntries.Damaged(file, problem.Message, problem);
        }
    }
}

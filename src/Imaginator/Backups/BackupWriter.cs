using System.Formats.Tar;
using System.IO.Compression;
using ImageSdk.Hosting.Options;
using ImageSdk.Images;
using ImageSdk.Imaginator.Options;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Imaginator.Backups;

/// <summary>Makes a backup of a daemon that runs or does not.</summary>
/// <param name="options">The daemon's.</param>
/// <param name="etc">Where configuration lies: "/etc".</param>
/// <param name="tell">Receives what is in it, and what is not.</param>
/// <param name="time">The clock.</param>
sealed class BackupWriter(ImaginatorOptions options, string etc, Action<string> tell, TimeProvider time)
{
    const UnixFileMode OwnerFile = (UnixFileMode)Permissions.OwnerFile;

    /// <param name="file">A path at which there is nothing.</param>
    /// <param name="withSecrets">Whether passwords and keys go into it.</param>
    /// <param name="stop">Gives up; nothing is left.</param>
    /// <exception cref="BackupException">IMG7390: it cannot be made.</exception>
    /// <exception cref="ImageSdk.Jobs.JobException">The jobs cannot be copied.</exception>
    public async Task WriteAsync(string file, bool withSecrets, CancellationToken stop)
    {
        if (File.Exists(file) || Directory.Exists(file))
            throw new BackupException("IMG7390", $"There is a {file} already. Name a file that is not there.");
        if (!Directory.Exists(options.StateDirectory))
            throw new BackupException("IMG7390", $"There is no state directory {options.StateDirectory}. Give the flags that the daemon has (-stateDir).");
        var making = Path.GetFullPath(file) + "~";
        try
        {
            // Of a run that was killed.
            if (Directory.Exists(making))
                Directory.Delete(making, recursive: true);
            Directory.CreateDirectory(making, (UnixFileMode)Permissions.OwnerDirectory);
            var jobs = Path.Combine(making, BackupEntries.Jobs);
            await Task.Run(() => JobBackup.SaveAsync(options.Jobs.Read() ?? Path.Combine(options.StateDirectory, BackupEntries.Jobs), jobs, stop), stop);
            var archive = Path.Combine(making, "archive");
            await using (var output = new FileStream(archive, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile }))
            {
                await using (var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
                await using (var tar = new TarWriter(compressed, TarEntryFormat.Pax))
                    await WriteAsync(tar, jobs, withSecrets, stop);
                output.Flush(flushToDisk: true);
            }
            File.Move(archive, file, overwrite: false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BackupException("IMG7390", $"{file} cannot be made: {problem.Message}", problem);
        }
        finally
        {
            if (Directory.Exists(making))
                Directory.Delete(making, recursive: true);
        }
    }

    async Task WriteAsync(TarWriter tar, string jobs, bool withSecrets, CancellationToken stop)
    {
        var configuration = new ConfigurationFiles(options, etc, tell).List();
        var taken = configuration.Where(file => withSecrets || !file.IsSecret).ToList();
        await AddAsync(tar, BackupEntries.Content, new MemoryStream(
            (BackupContent.Of(options) with { MadeAt = time.GetUtcNow(), Version = ServerVersion.Product, Configuration = taken }).ToJson()), time.GetUtcNow(), stop);
        await using (var source = File.OpenRead(jobs))
            await AddAsync(tar, BackupEntries.Jobs, source, time.GetUtcNow(), stop);
        foreach (var name in BackupEntries.StateFiles)
            await AddFileAsync(tar, BackupEntries.State + name, Path.Combine(options.StateDirectory, name), stop);
        for (var number = 0; number < taken.Count; number++)
            // One that vanished just now is missed at the restore.
            if (await AddFileAsync(tar, $"{BackupEntries.Configuration}{number}", taken[number].Path, stop))
                tell($"{taken[number].Path}{(taken[number].IsSecret ? " (a secret)" : "")}");
        tell($"{await AddLogsAsync(tar, stop)} logs of builds of {options.BuildLogDirectory}");
        await AddAsync(tar, BackupEntries.End, new MemoryStream(), time.GetUtcNow(), stop);
        foreach (var secret in configuration.Except(taken))
            tell($"not in the backup: {secret.Path}, which has secrets (-withSecrets takes it, too)");
    }

    async Task<int> AddLogsAsync(TarWriter tar, CancellationToken stop)
    {
        var root = options.BuildLogDirectory;
        var count = 0;
        if (root.Length == 0 || !Directory.Exists(root))
            return 0;
        foreach (var path in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false }))
            if (await AddFileAsync(tar, BackupEntries.Logs + Path.GetRelativePath(root, path), path, stop) && Path.GetFileName(path) == Archive.BuildLogArchive.LogName)
                count++;
        return count;
    }

    /// <returns>False where it is not there; logs go when there are too many.</returns>
    static async Task<bool> AddFileAsync(TarWriter tar, string name, string path, CancellationToken stop)
    {
        try
        {
            // Whole: one that grows meanwhile must not be longer than its entry says.
            var content = await File.ReadAllBytesAsync(path, stop);
            await AddAsync(tar, name, new MemoryStream(content), File.GetLastWriteTimeUtc(path), stop);
            return true;
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    static Task AddAsync(TarWriter tar, string name, Stream content, DateTimeOffset modified, CancellationToken stop) =>
        tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = modified, Mode = OwnerFile }, stop);
}

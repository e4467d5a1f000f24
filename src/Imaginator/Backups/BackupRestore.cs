using ImageSdk.Images;
using ImageSdk.Imaginator.Options;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Imaginator.Backups;

/// <summary>Puts a backup in place. What is there already stays as it is: then nothing is restored.</summary>
/// <param name="options">The daemon's, which say where to.</param>
/// <param name="tell">Receives what was restored.</param>
sealed class BackupRestore(ImaginatorOptions options, Action<string> tell)
{
    /// <summary>Of file systems.</summary>
    const string LostAndFound = "lost+found";

    /// <param name="file">The backup.</param>
    /// <param name="content">What it is of.</param>
    /// <param name="keepJobs">Whether the database has jobs that are to stay, in place of the backup's.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="BackupException">It is not restored.</exception>
    /// <exception cref="ImageSdk.Jobs.JobException">The jobs cannot be restored.</exception>
    public async Task RunAsync(string file, BackupContent content, bool keepJobs, CancellationToken stop)
    {
        var wasThere = Directory.Exists(options.StateDirectory);
        try
        {
            Directory.CreateDirectory(options.StateDirectory, (UnixFileMode)Permissions.OwnerDirectory);
            using var held = Hold();
            var unpacked = Path.Combine(options.StateDirectory, StateDirectory.RestoreName);
            // What a restore that was interrupted has put in place is no one's yet.
            var isRepeated = Directory.Exists(unpacked);
            if (!isRepeated)
                RequireEmpty();
            var backup = new BackupReader(file, unpacked);
            IReadOnlyList<int> configuration;
            try
            {
                await backup.UnpackAsync(stop);
                configuration = FindMissing(backup, content);
            }
            catch when (!isRepeated)
            {
                Directory.Delete(unpacked, recursive: true);
                throw;
            }
            // What fails from here on leaves the directory of the backup there: no daemon starts on half of it, and the next restore goes on.
            await PlaceAsync(backup, content, configuration, isRepeated, keepJobs, stop);
            Directory.Delete(unpacked, recursive: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BackupException("IMG7392", $"The backup cannot be restored: {problem.Message}", problem);
        }
        finally
        {
            if (!wasThere && Directory.Exists(options.StateDirectory) && Directory.EnumerateFileSystemEntries(options.StateDirectory).All(path => Path.GetFileName(path) == StateDirectory.LockName))
                Directory.Delete(options.StateDirectory, recursive: true);
        }
    }

    FileStream Hold()
    {
        try
        {
            return StateDirectory.Hold(options.StateDirectory, forRestore: true);
        }
        catch (IOException problem)
        {
            throw new BackupException("IMG7392", problem.Message, problem);
        }
    }

    void RequireEmpty()
    {
        var own = new[] { StateDirectory.LockName, LostAndFound };
        foreach (var (directory, flag) in new[] { (options.StateDirectory, "-stateDir"), (options.BuildLogDirectory, "-buildLogDir") })
            if (directory.Length > 0 && Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).FirstOrDefault(path => !own.Contains(Path.GetFileName(path))) is { } found)
                throw new BackupException("IMG7391", $"{directory} is not empty (it has {Path.GetFileName(found)}), and a restore overwrites nothing. Move it away, or name another directory ({flag}).");
    }

    /// <summary>The files of the configuration that are not there. The same ones may be.</summary>
    static IReadOnlyList<int> FindMissing(BackupReader backup, BackupContent content)
    {
        var missing = new List<int>();
        for (var number = 0; number < content.Configuration.Count; number++)
        {
            var (path, restored) = (content.Configuration[number].Path, backup.ConfigurationFile(number));
            if (!File.Exists(restored))
                continue;
            if (!File.Exists(path))
                missing.Add(number);
            else if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(restored)))
                throw new BackupException("IMG7395", $"{path} is there and differs from that of the backup, and a restore overwrites nothing. Move it away, or keep all configuration that is there (-keepConfiguration).");
        }
        return missing;
    }

    async Task PlaceAsync(BackupReader backup, BackupContent content, IReadOnlyList<int> configuration, bool isRepeated, bool keepJobs, CancellationToken stop)
    {
        foreach (var path in Directory.EnumerateFiles(backup.StateDirectory))
            File.Copy(path, Path.Combine(options.StateDirectory, Path.GetFileName(path)), overwrite: true);
        if (options.BuildLogDirectory.Length > 0)
            tell($"{PlaceLogs(backup.LogsDirectory)} logs of builds in {options.BuildLogDirectory}");
        foreach (var number in configuration)
        {
            PlaceConfiguration(backup.ConfigurationFile(number), content.Configuration[number]);
            tell(content.Configuration[number].Path);
        }
        // Last, as only this cannot be done again.
        if (keepJobs)
            return;
        var own = Path.Combine(options.StateDirectory, BackupEntries.Jobs);
        if (isRepeated)
            File.Delete(own);
        await JobBackup.LoadAsync(backup.JobsFile, options.Jobs.Read() ?? own, stop);
        tell("the jobs, with their history");
    }

    int PlaceLogs(string from)
    {
        var count = 0;
        Directory.CreateDirectory(options.BuildLogDirectory);
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(options.BuildLogDirectory, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target, overwrite: true);
            File.SetUnixFileMode(target, (UnixFileMode)Permissions.File);
            count += Path.GetFileName(path) == Archive.BuildLogArchive.LogName ? 1 : 0;
        }
        return count;
    }

    static void PlaceConfiguration(string from, BackedUpFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        // Not for a moment with more permissions than it had.
        var incoming = file.Path + "~";
        using (var target = new FileStream(incoming, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)Permissions.OwnerFile }))
            target.Write(File.ReadAllBytes(from));
        File.SetUnixFileMode(incoming, (UnixFileMode)(file.Mode & (int)Permissions.All));
        File.Move(incoming, file.Path, overwrite: false);
    }
}

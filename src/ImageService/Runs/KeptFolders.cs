using ImageSdk.ImageService.Options;
using ImageSdk.Sandbox.Limits;

namespace ImageSdk.ImageService.Runs;

/// <summary>What is left of jobs that have failed, for those who want to know why: the recipe as it was rendered, and the log of kiwi-ng. The newest are kept.</summary>
/// <param name="folder">Where jobs have their folders.</param>
sealed class KeptFolders(string folder, KeptSettings settings, TimeProvider time)
{
    /// <summary>Written when the job has failed: its time is that of the failure.</summary>
    const string Mark = "failed";

    static readonly string[] useful = ["recipe", "kiwi.log"];

    readonly Lock gate = new();

    /// <summary>Leaves in the folder of a job that has failed what helps; keys, images and what is half-done go.</summary>
    public void Keep(string job)
    {
        var path = Path.Combine(folder, job);
        lock (gate)
            try
            {
                Clear(path);
            }
            catch (DirectoryNotFoundException)
            {
                // The job was removed meanwhile, and its folder with it.
            }
        Prune();
    }

    void Clear(string path)
    {
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().Where(entry => !useful.Contains(entry.Name)).ToList())
            if (entry is DirectoryInfo { LinkTarget: null } directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        if (!Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
            return;
        }
        File.WriteAllText(Path.Combine(path, Mark), "");
        File.SetLastWriteTimeUtc(Path.Combine(path, Mark), time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Removes what is too old, and the oldest where there is too much.</summary>
    public void Prune()
    {
        lock (gate)
            try
            {
                RemoveOldest();
            }
            catch (DirectoryNotFoundException)
            {
                // Someone else was faster; the next look sees to the rest.
            }
    }

    void RemoveOldest()
    {
        var (count, size) = (0, 0L);
        foreach (var kept in new DirectoryInfo(folder).EnumerateDirectories().Select(path => (Path: path, Mark: new FileInfo(Path.Combine(path.FullName, Mark)))).Where(kept => kept.Mark.Exists)
                     .OrderByDescending(kept => kept.Mark.LastWriteTimeUtc).ToList())
        {
            var isTooMuch = ++count > settings.Count || time.GetUtcNow().UtcDateTime - kept.Mark.LastWriteTimeUtc > settings.Age
                || settings.Size > 0 && (size += WrittenBytes.Measure(kept.Path.FullName)) > settings.Size;
            if (isTooMuch)
                kept.Path.Delete(recursive: true);
        }
    }
}

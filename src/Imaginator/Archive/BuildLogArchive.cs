using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Archive;

/// <summary>
/// Logs of builds, in the layout of the original: <c>STREAM/TIME/buildInfo</c> and <c>buildLog</c>. The oldest are deleted when all together
/// are too large.
/// </summary>
/// <param name="directory">Where they lie; empty for nowhere.</param>
/// <param name="quota">Bytes; none are kept up to 1 MiB.</param>
/// <param name="report">Receives what cannot be written.</param>
/// <param name="time">The clock.</param>
sealed class BuildLogArchive(string directory, ulong quota, Action<string> report, TimeProvider time)
{
    public const string InfoName = "buildInfo";
    public const string LogName = "buildLog";

    const ulong Least = 1 << 20;

    static readonly JsonSerializerOptions form = new()
    {
        WriteIndented = true, IndentSize = 4, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    readonly SemaphoreSlim turn = new(1);
    readonly Lock indexTurn = new();
    List<ArchivedBuild>? index;

    /// <summary>Whether logs are kept.</summary>
    public bool IsOn => directory.Length > 0 && quota > Least;

    /// <summary>Keeps a log. An error here is logged, and does not fail the build.</summary>
    /// <param name="image">The name of the image; null for a build that failed.</param>
    public async Task AddAsync(string? image, string stream, BuildInfo info, byte[] log)
    {
        if (!IsOn)
            return;
        await turn.WaitAsync();
        try
        {
            var name = image ?? ImageName.Format(stream, time.GetLocalNow().DateTime);
            while (Directory.Exists(Path.Combine(directory, name)) && ImageName.TryParse(name, out var of, out var at))
                name = ImageName.Format(of, at.AddSeconds(1));
            var folder = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
            await File.WriteAllBytesAsync(Path.Combine(folder, LogName), log);
            var infoFile = Path.Combine(folder, InfoName);
            await File.WriteAllTextAsync(infoFile, JsonSerializer.Serialize(new StoredInfo(info), form) + "\n");
            lock (indexTurn)
            {
                // What reads the directory only now finds the new one there.
                if (index is null)
                    index = Load();
                else
                    index.Add(new(name, File.GetLastWriteTimeUtc(infoFile), info) { LogSize = (ulong)log.Length });
                Trim(index);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report($"Error archiving build log: {problem.Message}");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>All logs, the newest first. The directory is read once; what others change in it shows after the next start.</summary>
    public IReadOnlyList<ArchivedBuild> List()
    {
        if (!IsOn)
            return [];
        lock (indexTurn)
        {
            index ??= Load();
            return [.. Enumerable.Reverse(index)];
        }
    }

    /// <summary>A log; null where there is none of the name.</summary>
    public string? FindLog(string image) =>
        IsOn && ImageName.FindFault(image) is null && Path.Combine(directory, image, LogName) is var path && File.Exists(path) ? path : null;

    static BuildInfo? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<StoredInfo>(File.ReadAllBytes(path), form)?.ToInfo();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The oldest first.</summary>
    List<ArchivedBuild> Load() => !Directory.Exists(directory) ? [] :
    [
        .. new DirectoryInfo(directory).EnumerateFiles(InfoName, SearchOption.AllDirectories)
            .Select(file => (file.LastWriteTimeUtc, Name: Path.GetRelativePath(directory, file.DirectoryName!), Info: Read(file.FullName), Log: new FileInfo(Path.Combine(file.DirectoryName!, LogName))))
            .Where(build => build.Info is not null)
            .OrderBy(build => build.LastWriteTimeUtc)
            .Select(build => new ArchivedBuild(build.Name, build.LastWriteTimeUtc, build.Info!) { LogSize = build.Log.Exists ? (ulong)build.Log.Length : 0 }),
    ];

    void Trim(List<ArchivedBuild> all)
    {
        var total = all.Aggregate(0UL, (sum, build) => sum + SizeOf(build));
        if (total <= quota)
            return;
        var doomed = 0;
        while (doomed < all.Count && total > quota / 100 * 95)
            total -= SizeOf(all[doomed++]);
        foreach (var build in all[..doomed])
            if (Path.Combine(directory, build.Image) is var folder && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        all.RemoveRange(0, doomed);
    }

    // As on the disk, with the file beside it.
    static ulong SizeOf(ArchivedBuild build) => (build.LogSize + 4095) / 4096 * 4096 + 4096;

    /// <summary>The members and their units are the original's.</summary>
    sealed record StoredInfo
    {
        public long Duration { get; init; }

        public string? Error { get; init; }

        public string? RequestorUsername { get; init; }

        public StoredInfo()
        {
        }

        public StoredInfo(BuildInfo info)
        {
            Duration = info.Duration.Ticks * 100;
            Error = info.Error.Length > 0 ? info.Error : null;
            RequestorUsername = info.User.Length > 0 ? info.User : null;
        }

        public BuildInfo ToInfo() => new(new(Duration / 100), Error ?? "", RequestorUsername ?? "");
    }
}

/// <param name="Error">Empty for a build that succeeded.</param>
/// <param name="User">Who asked for it; empty for the imaginator itself.</param>
sealed record BuildInfo(TimeSpan Duration, string Error, string User);

/// <param name="Image">The name of the image, made up for a build that failed.</param>
sealed record ArchivedBuild(string Image, DateTimeOffset At, BuildInfo Info)
{
    /// <summary>Of builds that no one asked for.</summary>
    public const string OwnName = "imaginator";

    /// <summary>In bytes.</summary>
    public ulong LogSize { get; init; }

    public string Stream => ImageName.GetDirectory(Image);

    /// <summary>Who asked for it, as the original's pages name them.</summary>
    public string Requestor => Info.User.Length > 0 ? Info.User : OwnName;

    public bool HasSucceeded => Info.Error.Length == 0;
}

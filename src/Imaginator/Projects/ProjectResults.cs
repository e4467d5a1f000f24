using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Records of images that projects of other machines were built to, for projects that stand on them.</summary>
/// <param name="directory">Where they lie.</param>
/// <param name="time">The clock.</param>
sealed class ProjectResults(string directory, TimeProvider time)
{
    const int NameBytes = 16;

    const string LogName = ".log";

    /// <summary>Of a record.</summary>
    static readonly TimeSpan longestWrite = TimeSpan.FromHours(1);

    sealed record Meta(string User, string File);

    /// <summary>Keeps a record.</summary>
    /// <param name="imageFile">Beside it lies what says which layers the image has.</param>
    /// <param name="logFile">Of the build; left out where there is none.</param>
    /// <returns>The name under which it is found.</returns>
    public string Keep(string user, string imageFile, string logFile)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes));
        var made = Directory.CreateDirectory(Path.Combine(directory, name + "~"));
        var file = Path.GetFileName(imageFile);
        File.Copy(imageFile, Path.Combine(made.FullName, file));
        File.Copy(imageFile + ".json", Path.Combine(made.FullName, file + ".json"));
        if (File.Exists(logFile))
            File.Copy(logFile, Path.Combine(made.FullName, LogName));
        File.WriteAllText(Path.Combine(made.FullName, ".meta"), JsonSerializer.Serialize(new Meta(user, file)));
        Directory.Move(made.FullName, Path.Combine(directory, name));
        return name;
    }

    /// <summary>The record of a build.</summary>
    /// <returns>Null where there is none of the caller's.</returns>
    public ProjectResult? Find(string name, SrpcCaller caller)
    {
        if (name.Length != 2 * NameBytes || !name.All(char.IsAsciiHexDigitLower))
            return null;
        var found = Path.Combine(directory, name);
        try
        {
            if (JsonSerializer.Deserialize<Meta>(File.ReadAllText(Path.Combine(found, ".meta"))) is not { } meta || meta.User != caller.User)
                return null;
            Directory.SetLastWriteTimeUtc(found, time.GetUtcNow().UtcDateTime);
            return new(Path.Combine(found, meta.File), Path.Combine(found, LogName));
        }
        catch (Exception problem) when (problem is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A directory for what is sent of a record, which goes when it is disposed of; one that a killed process leaves is listed some time later.</summary>
    public SendingRoom MakeRoom() => new(Path.Combine(directory, $"sending-{Guid.NewGuid():N}~"));

    /// <summary>All records, and what builds that were killed have left, with the time of the last use.</summary>
    public IEnumerable<(string Path, DateTime Used)> List() => !Directory.Exists(directory) ? [] :
        new DirectoryInfo(directory).EnumerateDirectories().Where(found => !found.Name.EndsWith('~') || time.GetUtcNow() - found.LastWriteTimeUtc > longestWrite)
            .Select(found => (found.FullName, found.LastWriteTimeUtc));

    /// <summary>Takes one away: no build finds it any more.</summary>
    /// <returns>Where it is now, for its removal.</returns>
    public static string TakeAway(string path)
    {
        if (path.EndsWith('~'))
            return path;
        Directory.Move(path, path + "~");
        return path + "~";
    }
}

/// <summary>A record of a build.</summary>
/// <param name="LogFile">The log of the build; builds of older versions left none.</param>
sealed record ProjectResult(string ImageFile, string LogFile);

/// <inheritdoc cref="ProjectResults.MakeRoom"/>
sealed class SendingRoom : IDisposable
{
    public SendingRoom(string path) => Path = Directory.CreateDirectory(path).FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

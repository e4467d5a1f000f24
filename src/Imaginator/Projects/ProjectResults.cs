using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Records of images that projects of other machines were built to, for projects that stand on them. They are kept for a week after their last use.</summary>
/// <param name="directory">Where they lie.</param>
/// <param name="time">The clock.</param>
sealed class ProjectResults(string directory, TimeProvider time)
{
    const int NameBytes = 16;

    static readonly TimeSpan keptFor = TimeSpan.FromDays(7);

    sealed record Meta(string User, string File);

    /// <summary>Keeps a record.</summary>
    /// <param name="imageFile">Beside it lies what says which layers the image has.</param>
    /// <returns>The name under which it is found.</returns>
    public string Keep(string user, string imageFile)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes));
        var made = Directory.CreateDirectory(Path.Combine(directory, name + "~"));
        var file = Path.GetFileName(imageFile);
        File.Copy(imageFile, Path.Combine(made.FullName, file));
        File.Copy(imageFile + ".json", Path.Combine(made.FullName, file + ".json"));
        File.WriteAllText(Path.Combine(made.FullName, ".meta"), JsonSerializer.Serialize(new Meta(user, file)));
        Directory.Move(made.FullName, Path.Combine(directory, name));
        return name;
    }

    /// <summary>The record of a build.</summary>
    /// <returns>Null where there is none of the caller's.</returns>
    public string? Find(string name, SrpcCaller caller)
    {
        if (name.Length != 2 * NameBytes || !name.All(char.IsAsciiHexDigitLower))
            return null;
        var found = Path.Combine(directory, name);
        try
        {
            if (JsonSerializer.Deserialize<Meta>(File.ReadAllText(Path.Combine(found, ".meta"))) is not { } meta || meta.User != caller.User)
                return null;
            Directory.SetLastWriteTimeUtc(found, time.GetUtcNow().UtcDateTime);
            return Path.Combine(found, meta.File);
        }
        catch (Exception problem) when (problem is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Removes what was not used for a week, and what is not complete.</summary>
    public void Trim()
    {
        foreach (var found in Directory.CreateDirectory(directory).EnumerateDirectories())
            if (found.Name.EndsWith('~') || time.GetUtcNow() - found.LastWriteTimeUtc > keptFor)
                found.Delete(recursive: true);
    }
}

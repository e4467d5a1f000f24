using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>
/// Keeps the headers of images beside them, so that a search need not decode every tree. Only a cache: an entry counts
/// while its image file has the size and time that it had, and nothing is lost with it.
/// </summary>
/// <remarks>Lies in a directory whose name starts with a dot, which the original ignores.</remarks>
sealed class HeaderCache(string imageDirectory)
{
    const string Name = ".headers";

    readonly string directory = Path.Combine(imageDirectory, Name);

    // Of what a header says. Entries of another form are replaced.
    const int Form = 2;

    public ImageHeader? Find(string name, FileInfo file)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(name)), HeaderJson.Default.HeaderEntry);
            return entry is { Form: Form, Header: not null } && entry.Size == file.Length &&
                entry.Ticks == file.LastWriteTimeUtc.Ticks && entry.Header.Name == name
                    ? entry.Header
                    : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Keep(ImageHeader header, FileInfo file)
    {
        try
        {
            var path = PathOf(header.Name);
            // Whatever the umask: who can write here could give an image another header.
            Directory.CreateDirectory(directory, (UnixFileMode)Permissions.OwnerDirectory);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, (UnixFileMode)Permissions.OwnerDirectory);
            using var temporary = new TemporaryFile(
                $"{path}.{Guid.NewGuid():N}~", (UnixFileMode)Permissions.File);
            JsonSerializer.Serialize(temporary.Stream, new HeaderEntry(Form, file.Length, file.LastWriteTimeUtc.Ticks, header), HeaderJson.Default.HeaderEntry);
            temporary.Close(toDisk: false);
            temporary.MoveTo(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A store that may only be read is searched the slow way.
        }
    }

    public void Forget(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A stale entry does not count anyway.
        }
    }

    /// <summary>Paths of the files that are, or were, on their way to be entries.</summary>
    public IEnumerable<string> ListTemporaries() =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*~", SearchOption.AllDirectories) : [];

    // With a suffix, as an image and a directory of images may come to have the same name one after the other.
    string PathOf(string name) => Path.Combine(directory, name + ".json");
}

/// <param name="Form">Of what the header says.</param>
/// <param name="Size">Bytes of the image's file.</param>
/// <param name="Ticks">Of the time when it was written.</param>
sealed record HeaderEntry(int Form, long Size, long Ticks, ImageHeader Header);

[JsonSerializable(typeof(HeaderEntry))]
sealed partial class HeaderJson : JsonSerializerContext;

using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>
/// Where an object lies below its store: two hex digits, two hex digits, the other 124. The original's object server
/// has the same layout.
/// </summary>
static class ObjectPaths
{
    const int PrefixLength = 2;
    const int LeafLength = 2 * ObjectHash.Size - 2 * PrefixLength;

    public static string For(string directory, ObjectHash hash)
    {
        var digits = hash.ToString();
        return Path.Combine(directory, digits[..2], digits[2..4], digits[4..]);
    }

    /// <summary>Every file whose path is one of an object, whatever its size. Other names are passed over.</summary>
    public static IEnumerable<(ObjectHash Hash, FileInfo File)> Enumerate(string directory)
    {
        foreach (var first in ListDirectories(new DirectoryInfo(directory)))
        {
            foreach (var second in ListDirectories(first))
            {
                foreach (var file in second.EnumerateFiles("*", Everything))
                {
                    if (file.Name.Length == LeafLength && IsLowerHex(file.Name) && file.LinkTarget is null &&
                        ObjectHash.TryParse(first.Name + second.Name + file.Name, out var hash))
                        yield return (hash, file);
                }
            }
        }
    }

    static EnumerationOptions Everything => new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    static IEnumerable<DirectoryInfo> ListDirectories(DirectoryInfo parent) => parent.EnumerateDirectories("*", Everything)
        .Where(directory => directory.Name.Length == PrefixLength && IsLowerHex(directory.Name));

    static bool IsLowerHex(string name) => name.All(char.IsAsciiHexDigitLower);
}

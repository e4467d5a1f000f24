using System.Globalization;

namespace ImageSdk.Packages.Cache;

/// <summary>What the cache says of a package that it has.</summary>
/// <param name="Title">Name, version and architecture, in words.</param>
/// <param name="Size">Bytes of the file in the cache.</param>
/// <param name="Sha256">Of the file in the cache, which is not the one that was fetched.</param>
sealed record PackageRecord(string Title, long Size, string Sha256)
{
    public void Write(string path) => File.WriteAllText(path, $"{Title}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Sha256}\n");

    /// <summary>Null where there is none, or a damaged one.</summary>
    public static PackageRecord? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path).Split('\n') is [var title, var size, { Length: 64 } digest, ""]
                && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                    ? new(title, bytes, digest)
                    : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

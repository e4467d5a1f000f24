using System.Text.RegularExpressions;

namespace ImageSdk.Building.Downloads;

/// <summary>A list of digests as sha256sum and its kin write it: "HEX  NAME", "HEX *NAME" or "SHA256 (NAME) = HEX", a line each.</summary>
static partial class ChecksumList
{
    [GeneratedRegex(@"^\\?(?<hex>[0-9A-Fa-f]+)[ \t][ \t*]?(?<name>.+)$")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^\\?(?<algorithm>[A-Za-z0-9-]+) ?\((?<name>.+)\) ?= (?<hex>[0-9A-Fa-f]+)$")]
    private static partial Regex Tagged();

    /// <summary>The digest of a file, the longest where there are several; null where the list has none.</summary>
    /// <exception cref="InvalidDataException">It has several that differ.</exception>
    public static ContentDigest? Find(string list, string name)
    {
        var found = Read(list).Where(entry => Path.GetFileName(entry.Name) == name).Select(entry => entry.Digest).Distinct().ToList();
        return found.GroupBy(digest => digest.Algorithm).FirstOrDefault(group => group.Count() > 1) is { } several
            ? throw new InvalidDataException($"it has {several.Count()} different digests ({several.Key}) of {name}")
            : found.MaxBy(digest => digest.Hex.Length);
    }

    static IEnumerable<(string Name, ContentDigest Digest)> Read(string list)
    {
        foreach (var line in list.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            var match = Tagged().Match(line) is { Success: true } tagged ? tagged : Plain().Match(line);
            if (match.Success && ContentDigest.TryParseHex(match.Groups["hex"].Value) is { } digest)
                yield return (line[0] == '\\' ? Unescape(match.Groups["name"].Value) : match.Groups["name"].Value, digest);
        }
    }

    static string Unescape(string name) => name.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}

using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.DiskImages.Volumes;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>A line of /etc/fstab that mounts a file system of the disk.</summary>
/// <param name="Tag">"UUID", "LABEL", "PARTUUID", "PARTLABEL"; empty for a partition by its number.</param>
/// <param name="Path">Where, without a slash at either end.</param>
sealed record FileSystemTableLine(string Tag, string Value, string Path, MountOptions Options);

/// <summary>Reads the /etc/fstab of a root (fstab(5)).</summary>
static partial class FileSystemTable
{
    const int LongestFile = 1 << 20;

    static readonly string[] tags = ["UUID", "LABEL", "PARTUUID", "PARTLABEL"];

    /// <summary>Its lines, those above before those below; without the root's own, and those that mount no partition.</summary>
    public static IReadOnlyList<FileSystemTableLine> Read(ISourceVolume root) =>
        VolumeTree.Find(root, "etc", "fstab")?.TryReadContent(LongestFile) is not { } content ? []
            : [.. Encoding.UTF8.GetString(content).Split('\n').Select(Parse).OfType<FileSystemTableLine>().OrderBy(line => line.Path.Count(character => character == '/'))];

    static FileSystemTableLine? Parse(string line)
    {
        var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var source, var target, ..] || source[0] == '#' || !target.StartsWith('/') || ReadTag(Unescape(source)) is not var (tag, value))
            return null;
        var parts = Unescape(target).Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 || parts.Any(part => part is "." or "..") ? null : new(tag, value, string.Join('/', parts), new(fields.Length > 3 ? Unescape(fields[3]) : ""));
    }

    static (string Tag, string Value)? ReadTag(string source)
    {
        foreach (var tag in tags)
        {
            if (source.StartsWith(tag + "=", StringComparison.Ordinal))
                return (tag, source[(tag.Length + 1)..].Trim('"'));
            var link = $"/dev/disk/by-{tag.ToLowerInvariant()}/";
            if (source.StartsWith(link, StringComparison.Ordinal))
                return (tag, source[link.Length..]);
        }
        return Device().Match(source) is { Success: true } device ? ("", device.Groups["number"].Value) : null;
    }

    // Blanks and the like are octal.
    static string Unescape(string text) => Octal().Replace(text, match => $"{(char)Convert.ToInt32(match.Groups[1].Value, 8)}");

    [GeneratedRegex(@"^/dev/(?:[hsv]d[a-z]+|xvd[a-z]+|(?:nvme\d+n\d+|mmcblk\d+)p)(?<number>[1-9]\d*)$")]
    private static partial Regex Device();

    [GeneratedRegex(@"\\([0-3][0-7]{2})")]
    private static partial Regex Octal();
}

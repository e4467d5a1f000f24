using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Changelogs;

/// <summary>Reads the part of Debian's changelogs (deb-changelog(5)) that lies between two versions.</summary>
public static partial class ChangelogReader
{
    /// <summary>Lines of one changelog that are shown.</summary>
    public const int MaximumLines = 20;

    /// <summary>Characters of a line.</summary>
    const int longestLine = 200;

    /// <summary>Bytes, unpacked, after which a changelog is not read on: what is new stands at its start.</summary>
    const int maximumBytes = 1 << 20;

    /// <summary>What is new; changelogs that cannot be read are left out.</summary>
    public static IReadOnlyList<ChangelogExcerpt> Read(IEnumerable<FoundChangelog> changelogs, IObjectSource objects)
    {
        var excerpts = new List<ChangelogExcerpt>();
        foreach (var changelog in changelogs)
            try
            {
                using var content = objects.OpenRead(changelog.Hash);
                if (Read(changelog, content) is { Entries.Count: > 0 } excerpt)
                    excerpts.Add(excerpt);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                // A comparison is worth as much without.
            }
        return excerpts;
    }

    static ChangelogExcerpt Read(FoundChangelog changelog, Stream content)
    {
        var isCompressed = changelog.Path.Span.EndsWith(".gz"u8);
        using var unpacked = isCompressed ? new GZipStream(content, CompressionMode.Decompress) : content;
        var bytes = new byte[maximumBytes];
        var length = unpacked.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var (from, to) = (changelog.Packages[0].Left.Version, changelog.Packages[0].Right.Version);
        var (entries, isCut) = Parse(Encoding.UTF8.GetString(bytes, 0, length), from, to);
        return new([.. changelog.Packages.Select(package => package.Right.Name)], entries, isCut);
    }

    /// <summary>The entries of versions after <paramref name="from"/>, up to <paramref name="to"/>.</summary>
    internal static (IReadOnlyList<ChangelogEntry> Entries, bool IsCut) Parse(string text, string from, string to)
    {
        var entries = new List<ChangelogEntry>();
        List<string>? lines = null;
        var count = 0;
        foreach (var raw in text.EnumerateLines())
        {
            var line = raw.TrimEnd();
            if (line.IsEmpty)
                continue;
            if (line[0] is not ' ' and not '\t')
            {
                lines = null;
                if (Header().Match(line.ToString()) is not { Success: true, Groups: var groups })
                    continue;
                var version = groups[1].Value;
                if (DebianVersion.Order.Compare(version, from) <= 0)
                    break;
                if (DebianVersion.Order.Compare(version, to) <= 0)
                    entries.Add(new(version, lines = []));
            }
            else if (lines is not null && !line.StartsWith(" -- ", StringComparison.Ordinal))
            {
                if (count == MaximumLines)
                    return (entries, true);
                count++;
                // All are indented by two blanks.
                var shown = line.StartsWith("  ", StringComparison.Ordinal) ? line[2..] : line.TrimStart();
                lines.Add(shown.Length > longestLine ? $"{shown[..longestLine]}…" : shown.ToString());
            }
        }
        return (entries, false);
    }

    // openssl (3.0.14-1~deb12u1) bookworm-security; urgency=medium
    [GeneratedRegex(@"^\S+ \(([^()\s]+)\)")]
    private static partial Regex Header();
}

using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Tests;

/// <summary>Comparisons of small images, with names that try to become markup.</summary>
static class SampleReport
{
    public static ByteString[] HostileNames { get; } =
    [
        "/srv/<script>alert(1)</script>", "/srv/a\nb", "/srv/a|b", "/srv/`code`", "/srv/``", "/srv/[x](evil.example)", "/srv/ end ", "/srv/\u001b[31m",
        "/srv/&amp;", "/srv/\"quoted'", new([.. "/srv/"u8, 0xFF, 0xFE]), "/srv/-->",
    ];

    /// <summary>An image with files at these paths, whose contents are their paths.</summary>
    public static Image ImageOf(IEnumerable<ByteString> paths, params Package[] packages)
    {
        var builder = new FileSystemBuilder();
        foreach (var path in paths)
            AddFile(builder, path, path.Span.ToArray());
        return new() { FileSystem = builder.Build(), Packages = packages };
    }

    /// <summary>Adds a file and the directories above it.</summary>
    public static void AddFile(FileSystemBuilder builder, ByteString path, byte[] content)
    {
        for (var slash = 1; path.Span[slash..].IndexOf((byte)'/') is >= 0 and var next; slash += next + 1)
            if (new ByteString(path.Span[..(slash + next)]) is var directory && builder.Build().Index.Find(directory) is null)
                builder.Add(directory, new DirectoryInode { Mode = InodeMode.Directory | 0x1ED });
        builder.Add(path, FileOf(content));
    }

    public static RegularInode FileOf(byte[] content) =>
        new() { Mode = InodeMode.Regular | 0x1A4, Size = (ulong)content.Length, Hash = ObjectHash.Of(content), Mtime = new(1, 0) };

    public static ChangeReport Hostile() => ChangeReport.Of("base/<b>@old", "base/`new`|#1",
        ImageComparison.Compare(ImageOf(HostileNames[..2], new Package("a|b", "1", 1), new Package("up", "1", 1)), ImageOf(HostileNames[1..], new Package("<i>x</i>", "1\n2", 1), new Package("up", "2", 1)) with
        {
            Tags = new Dictionary<string, string> { ["`tag`"] = "</code><script>" },
        })) with
    {
        Changelogs = [new(["up", "<u>"], [new("2", ["* ``` and ```` <script>", "\u001b[0m"])], IsCut: true)],
    };

    public static string Write(this ChangeReport report, Reports.ReportFormat format)
    {
        using var output = new MemoryStream();
        format.Write(output, report);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}

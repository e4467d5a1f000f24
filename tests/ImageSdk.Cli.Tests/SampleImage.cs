using ImageSdk.Building.State;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Tests;

/// <summary>Images with a bit of everything.</summary>
static class SampleImage
{
    public const string Log = "installing\nß done\n";

    public static ByteString OddPath { get; } = new([.. "/etc/a b\\\n"u8, 0xFF, .. "é"u8]);

    public static DirectoryInode Directory { get; } = new() { Mode = InodeMode.Directory | Permissions.Directory };

    public static RegularInode File(ObjectStore objects, string content, uint permissions = Permissions.File)
    {
        var hash = content.Length == 0 ? default : objects.Add(ByteString.FromText(content).Span).Hash;
        return new()
        {
            Mode = InodeMode.Regular | permissions,
            Size = (ulong)ByteString.FromText(content).Length,
            Hash = hash,
            Mtime = new(1_700_000_000, 5),
        };
    }

    public static Image Make(ObjectStore objects)
    {
        var builder = new FileSystemBuilder();
        builder.Add("/bin", Directory);
        builder.Add("/bin/su", File(objects, "su", InodeMode.SetUid | Permissions.Program));
        builder.Add("/dev", Directory);
        builder.Add("/dev/null", new SpecialInode { Mode = InodeMode.Character | Permissions.SharedFile, Rdev = 0x103 });
        builder.Add("/etc", Directory);
        builder.Add("/etc/computed", new ComputedInode { Mode = InodeMode.Regular | Permissions.File, Source = "localhost:6977" });
        builder.Add("/etc/empty", File(objects, ""));
        builder.Add("/etc/hello", File(objects, "hello, world\n") with { Uid = 7, Gid = 8 });
        builder.Link("/etc/hello.link", "/etc/hello");
        builder.Add("/etc/link", new SymlinkInode { Target = "hello" });
        builder.Add(OddPath, File(objects, "odd"));
        builder.Add("/locked", Directory with { Mode = InodeMode.Directory });
        builder.Add("/locked/inside", File(objects, "inside", 0));
        return new()
        {
            FileSystem = builder.Build(),
            CreatedOn = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            CreatedBy = "me",
            SourceImage = "base/debian/2026-01-01:00:00:00",
            BuildGitUrl = "git://example.org/images",
            BuildBranch = "main",
            BuildCommitId = "0123abc",
            BuildLog = new(objects.Add(ByteString.FromText(Log).Span).Hash),
            Filter = new(["/tmp/.*", "/var/log/.*[.]gz"]),
            Triggers = new([new() { Service = "hello", MatchLines = ["/etc/hello"], DoReload = true }]),
            Tags = new Dictionary<string, string> { ["env"] = "test", ["role"] = "web" },
            OwnerUsers = ["ann"],
            OwnerGroups = ["ops"],
            Packages = [new("bash", "5.2-1", 1024), new("gone", "1", 1), new("libc6", "2.36-9", 2048)],
        };
    }

    public static Image Change(Image image, ObjectStore objects)
    {
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Remove("/etc/empty");
        builder.Add("/etc/new", File(objects, "new"));
        builder.Replace("/etc/link", new SymlinkInode { Target = "new" });
        builder.Replace("/bin/su", File(objects, "su 2") with { Uid = 1, Mtime = new(1_700_000_001, 0) });
        return image with
        {
            FileSystem = builder.Build(),
            CreatedOn = new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero),
            Filter = new(["/tmp/.*", "/srv/.*"]),
            Triggers = new([new() { Service = "hello", MatchLines = ["/etc/hello"] }]),
            Tags = new Dictionary<string, string> { ["env"] = "live", ["new"] = "1" },
            OwnerUsers = ["ann", "bob"],
            Packages = [new("bash", "5.2-2", 1024), new("libc6", "2.36-9", 2048), new("nginx", "1.22", 4096)],
        };
    }
}

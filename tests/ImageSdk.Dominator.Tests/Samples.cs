using ImageSdk.Images;

namespace ImageSdk.Dominator.Tests;

/// <summary>Images with something in every field.</summary>
static class Samples
{
    public static ExtendedAttributes Capabilities { get; } = ExtendedAttributes.Create(
        [new("security.capability", new ByteString([1, 0, 0, 2, 0xff])), new("user.note", "x")]);

    public static FileSystem FileSystem() => new()
    {
        Root = new DirectoryInode
        {
            Mode = 0x41ed,
            Mtime = new FileTime(1_700_000_000, 5),
            Entries = [new(new ByteString([0xff, (byte)'a']), 9), new("b", 2), new("c", 3), new("d", 4), new("e", 5), new("f", 2)],
        },
        InodeTable = new Dictionary<ulong, Inode>
        {
            [9] = new SymlinkInode { Uid = 1, Gid = 2, Target = new ByteString([0x80, 0]), ExtendedAttributes = Capabilities },
            [2] = new RegularInode
            {
                Mode = 0x81a4,
                Uid = uint.MaxValue,
                Gid = 7,
                Mtime = new FileTime(-2, 500_000_000),
                Size = ulong.MaxValue,
                Hash = ObjectHash.Of([1, 2, 3]),
                ExtendedAttributes = Capabilities,
            },
            [3] = new ComputedInode { Mode = 0x8180, Source = "host:6972", ExtendedAttributes = Capabilities },
            [4] = new SpecialInode { Mode = 0x21b6, Mtime = new FileTime(1, 0), Rdev = 0x103, ExtendedAttributes = Capabilities },
            [5] = new DirectoryInode { Mode = 0x41c0, Entries = [new("g", 2)], ExtendedAttributes = Capabilities },
        },
        RegularInodeCount = 1,
        TotalDataBytes = 3,
        DirectoryCount = 2,
    };

    public static Image Image() => new()
    {
        Attestations = new Dictionary<string, Annotation>
        {
            [AttestationKinds.Spdx] = new(ObjectHash.Of([5])), ["other"] = new(null, "https://example.org/other"),
        },
        BuildBranch = "main",
        BuildCommitId = "c0ffee",
        BuildGitUrl = "https://example.org/x.git",
        BuildLog = new Annotation(ObjectHash.Of([4])),
        CreatedBy = "me",
        CreatedFor = "you",
        CreatedOn = new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.FromMinutes(330)).AddTicks(1234567),
        ExpiresAt = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        FileSystem = FileSystem(),
        Filter = new Filter(["/tmp/.*"]),
        OwnerGroups = ["g1", "g2"],
        OwnerUsers = ["u"],
        Packages = [new Package("bash", "5.2", 7_000_000), new Package("empty", "", 0)],
        ReleaseNotes = new Annotation(null, "https://example.org/notes"),
        SourceImage = "base/2024",
        Tags = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        Triggers = new Triggers(
        [
            new Trigger { MatchLines = ["/etc/x"], Service = "x", SortName = "10x", DoReboot = true, HighImpact = true },
            new Trigger { Service = "y", DoReload = true },
        ]),
    };

    public static byte[] File(Image image)
    {
        var stream = new MemoryStream();
        ImageFile.Write(stream, image);
        return stream.ToArray();
    }

    public static Image Read(byte[] file) => ImageFile.Read(new MemoryStream(file));
}

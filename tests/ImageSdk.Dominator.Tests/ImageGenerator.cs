using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Tests;

/// <summary>Images of any content; their trees need not make sense.</summary>
static class ImageGenerator
{
    static Gen<T> Of<T>() => ArbMap.Default.GeneratorFor<T>();

    static readonly Gen<ulong> number = from value in Of<long>() from scale in Gen.Choose(0, 63) select (ulong)value << scale;

    static readonly Gen<ByteString> name = Of<byte[]>().Select(bytes => new ByteString(bytes.AsSpan()));

    static readonly Gen<string> text = Of<NonNull<string>>().Select(value => new string([.. value.Get.Where(letter => !char.IsSurrogate(letter))]));

    static readonly Gen<FileTime> time = from seconds in number from nanoseconds in Gen.Choose(0, 999_999_999) select new FileTime((long)seconds, nanoseconds);

    static readonly Gen<ExtendedAttributes> attributes = Gen.OneOf(
        Gen.Constant(ExtendedAttributes.None),
        from names in name.ArrayOf() from value in name select ExtendedAttributes.Create(names.Distinct().Select(key => KeyValuePair.Create(key, value))));

    static readonly Gen<DirectoryInode> directory =
        from owner in number
        from entries in (from entry in name from inode in number select new DirectoryEntry(entry, inode)).ArrayOf()
        from mtime in time
        from timed in Of<bool>()
        from extra in attributes
        select new DirectoryInode
        {
            Mode = (uint)owner, Uid = (uint)(owner >> 32), Entries = entries, Mtime = timed ? mtime : null, ExtendedAttributes = extra,
        };

    static readonly Gen<Inode> inode = Gen.OneOf(
        directory.Select(inode => (Inode)inode),
        from target in name from owner in number from extra in attributes
        select (Inode)new SymlinkInode { Target = target, Gid = (uint)owner, ExtendedAttributes = extra },
        from source in text from owner in number from extra in attributes
        select (Inode)new ComputedInode { Source = source, Mode = (uint)owner, ExtendedAttributes = extra },
        from device in number from mtime in time from extra in attributes
        select (Inode)new SpecialInode { Rdev = device, Mtime = mtime, Mode = (uint)device, ExtendedAttributes = extra },
        from size in number from mtime in time from content in Of<byte[]>() from extra in attributes
        select (Inode)new RegularInode
        {
            Size = size, Mtime = mtime, Hash = size == 0 ? default : ObjectHash.Of(content), Uid = (uint)size, ExtendedAttributes = extra,
        });

    static readonly Gen<FileSystem> fileSystem =
        from root in directory
        from numbers in number.ArrayOf()
        from inodes in inode.ArrayOf(numbers.Length)
        from counts in number.ArrayOf(3)
        select new FileSystem
        {
            Root = root,
            InodeTable = numbers.Zip(inodes).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second),
            RegularInodeCount = counts[0],
            TotalDataBytes = counts[1],
            DirectoryCount = counts[2],
        };

    static readonly Gen<Trigger> trigger =
        from lines in text.ArrayOf() from service in text from flags in Of<bool>().ArrayOf(3)
        select new Trigger { MatchLines = lines, Service = service, SortName = service, DoReboot = flags[0], DoReload = flags[1], HighImpact = flags[2] };

    public static Arbitrary<Image> Arbitrary { get; } = (
        from texts in text.ArrayOf(7)
        from present in Of<bool>().ArrayOf(6)
        from tree in fileSystem
        from lines in text.ArrayOf()
        from triggers in trigger.ArrayOf()
        from created in Of<DateTimeOffset>()
        from size in number
        select new Image
        {
            BuildBranch = texts[0],
            BuildCommitId = texts[1],
            BuildGitUrl = texts[2],
            CreatedBy = texts[3],
            CreatedFor = texts[4],
            SourceImage = texts[5],
            FileSystem = present[0] ? tree : null,
            Filter = present[1] ? new Filter(lines) : null,
            Triggers = present[2] ? new Triggers(triggers) : null,
            CreatedOn = present[3] && created.UtcTicks != 0 ? created : null,
            Tags = present[4] ? lines.Distinct().ToDictionary(line => line, _ => texts[6]) : null,
            Packages = [.. lines.Select(line => new Package(line, texts[6], size))],
            OwnerUsers = lines,
            OwnerGroups = lines,
            ReleaseNotes = present[5] ? new Annotation(null, texts[6]) : new Annotation(ObjectHash.Of([1])),
            BuildLog = present[5] ? null : new Annotation(null),
            Attestations = lines.Length > 0 ? lines.Distinct().ToDictionary(line => line, line => new Annotation(null, line)) : null,
        }).ToArbitrary();
}

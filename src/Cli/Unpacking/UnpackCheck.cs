using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Unpacking;

/// <summary>What can be known before the first byte is written.</summary>
static class UnpackCheck
{
    /// <exception cref="CommandException">An object is missing.</exception>
    public static void RequireObjects(FoundImage found, ObjectStore objects)
    {
        var missing = Files(found.Tree).Where(file => objects.SizeOf(file.Hash) != file.Size).Select(file => file.Hash).ToHashSet();
        if (missing.Count == 0)
            return;
        var remedy = found.IsFile ? "publish the image first, or name the directory that has them" : "name the directory that has them";
        throw new CommandException(
            ErrorCode.MissingObjects,
            $"{missing.Count} of the image's objects are missing or cut in {objects.Directory}, among them {missing.First()}: {remedy} with --object-dir");
    }

    /// <exception cref="CommandException">The image does not fit.</exception>
    public static void RequireSpace(FileSystem tree, string directory)
    {
        var needed = Files(tree).Aggregate(0ul, (sum, file) => sum > ulong.MaxValue - file.Size ? ulong.MaxValue : sum + file.Size);
        var free = (ulong)new DriveInfo(directory).AvailableFreeSpace;
        if (needed > free)
        {
            throw new CommandException(
                ErrorCode.NoSpace, $"the image has {HumanSize.Format(needed)} and {directory} has {HumanSize.Format(free)} free: make room, or unpack elsewhere");
        }
    }

    static IEnumerable<RegularInode> Files(FileSystem tree) => tree.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0);
}

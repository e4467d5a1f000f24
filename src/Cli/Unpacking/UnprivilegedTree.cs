using ImageSdk.Images;

namespace ImageSdk.Cli.Unpacking;

/// <summary>What an ordinary user can have of a tree.</summary>
/// <param name="Tree">Without device nodes, and without set-uid and set-gid bits.</param>
/// <param name="DeviceCount">Names of device nodes that were left out.</param>
/// <param name="SetIdCount">
/// Inodes that lost a bit. With another owner than in the image it would let everybody act as whoever unpacked it.
/// </param>
sealed record UnprivilegedTree(FileSystem Tree, int DeviceCount, int SetIdCount)
{
    const uint SetIdBits = InodeMode.SetUid | InodeMode.SetGid;

    /// <exception cref="ImageFormatException">The tree is not a proper one.</exception>
    public static UnprivilegedTree Of(FileSystem tree)
    {
        var setIdCount = 0;
        var table = new Dictionary<ulong, Inode>(tree.InodeTable);
        foreach (var (number, inode) in tree.InodeTable)
        {
            if (inode is not ModedInode moded || (moded.Mode & SetIdBits) == 0)
                continue;
            table[number] = moded with { Mode = moded.Mode & ~SetIdBits };
            setIdCount++;
        }
        var devices = tree.Index.Entries
            .Where(entry => entry.Inode is SpecialInode special && (special.Mode & InodeMode.TypeMask) is InodeMode.Block or InodeMode.Character)
            .Select(entry => entry.Path).ToArray();
        var builder = new FileSystemBuilder(FileSystem.Create(tree.Root with { Mode = tree.Root.Mode & ~SetIdBits }, table));
        foreach (var device in devices)
            builder.Remove(device);
        return new(builder.Build(), devices.Length, setIdCount);
    }
}

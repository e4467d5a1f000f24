using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Sandbox.Cleaning;

/// <summary>
/// Takes out of a root what cloud-init keeps of the machine that it ran on: with that, a machine of the image would take itself for one that is set
/// up. What images bring for it stays: its configuration, seeds, and scripts.
/// </summary>
static class CloudInitReset
{
    static readonly byte[][] states =
    [
        [.. "var/lib/cloud/data"u8], [.. "var/lib/cloud/instances"u8], [.. "var/lib/cloud/sem"u8],
    ];

    public static void Run(StageContext context)
    {
        var root = context.Handle;
        var removed = false;
        foreach (var state in states.Where(state => root.StatInRoot(state) is { Kind: FileKind.Directory }))
        {
            using var directory = root.OpenDirectoryInRoot(state);
            foreach (var name in directory.ReadNames())
            {
                directory.RemoveTree(name);
                removed = true;
            }
        }
        if (root.StatInRoot("var/lib/cloud"u8) is { Kind: FileKind.Directory })
        {
            using var cloud = root.OpenDirectoryInRoot("var/lib/cloud"u8);
            if (cloud.TryStat("instance"u8) is { Kind: FileKind.Symlink })
            {
                cloud.Unlink("instance"u8);
                removed = true;
            }
        }
        if (removed)
            context.Log("Removed what cloud-init kept of the machine that it ran on (/var/lib/cloud)");
    }
}

using System.Text.Json;

namespace ImageSdk.Images.Json;

/// <summary>Inodes in JSON.</summary>
public static class InodeJson
{
    /// <summary>Writes the members of an inode, but its extended attributes, into the object that is open.</summary>
    public static void WriteInode(this Utf8JsonWriter json, Inode inode)
    {
        json.WriteString("type", InodeKind.NameOf(inode));
        if (inode is ModedInode moded)
            json.WriteString("mode", InodeMode.FormatPermissions(moded.Mode));
        json.WriteNumber("uid", inode.Uid);
        json.WriteNumber("gid", inode.Gid);
        switch (inode)
        {
            case RegularInode regular:
                json.WriteNumber("size", regular.Size);
                if (regular.Size > 0)
                    json.WriteString("hash", regular.Hash.ToString());
                break;
            case ComputedInode computed:
                json.WriteString("source", computed.Source);
                break;
            case SymlinkInode symlink:
                json.WriteBytes("target", symlink.Target);
                break;
            case SpecialInode special when InodeKind.IsDevice(special):
                json.WriteNumber("rdev", special.Rdev);
                break;
        }
        // Numbers, as the times of files reach further than those of calendars.
        if (FileTime.Of(inode) is { } time)
        {
            json.WriteMembers("mtime", () =>
            {
                json.WriteNumber("seconds", time.Seconds);
                json.WriteNumber("nanoseconds", time.Nanoseconds);
            });
        }
    }
}

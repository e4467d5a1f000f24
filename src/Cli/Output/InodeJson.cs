using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Cli.Output;

/// <summary>Paths and inodes in JSON.</summary>
static class InodeJson
{
    public static void WriteEntry(this Utf8JsonWriter json, FileSystemEntry entry, int links) => json.WriteMembers(() =>
    {
        json.WriteBytes("path", entry.Path);
        json.WriteNumber("links", links);
        json.WriteInode(entry.Inode);
    });

    /// <summary>Writes the members of an inode into the object that is open.</summary>
    public static void WriteInode(this Utf8JsonWriter json, Inode inode)
    {
        json.WriteString("type", InodeKind.NameOf(inode));
        if (inode is ModedInode moded)
            json.WriteString("mode", InodeText.Permissions(moded));
        json.WriteNumber("uid", inode.Uid);
        json.WriteNumber("gid", inode.Gid);
        switch (inode)
        {
            case RegularInode regular:
                json.WriteNumber("size", regular.Size);
                if (regular.Size > 0)
                    json.WriteString("hash", regular.Hash.ToString());
                json.WriteFileTime(regular.Mtime);
                break;
            case ComputedInode computed:
                json.WriteString("source", computed.Source);
                break;
            case SymlinkInode symlink:
                json.WriteBytes("target", symlink.Target);
                break;
            case SpecialInode special:
                if (InodeKind.IsDevice(special))
                    json.WriteNumber("rdev", special.Rdev);
                json.WriteFileTime(special.Mtime);
                break;
            case DirectoryInode { Mtime: { } time }:
                json.WriteFileTime(time);
                break;
        }
        if (inode.ExtendedAttributes.Count == 0)
            return;
        json.WriteList("extendedAttributes", inode.ExtendedAttributes, attribute => json.WriteMembers(() =>
        {
            json.WriteBytes("name", attribute.Key);
            json.WriteBase64String("valueBase64", attribute.Value.Span);
        }));
    }

    // Numbers, as the times of files reach further than those of calendars.
    static void WriteFileTime(this Utf8JsonWriter json, FileTime time) => json.WriteMembers("mtime", () =>
    {
        json.WriteNumber("seconds", time.Seconds);
        json.WriteNumber("nanoseconds", time.Nanoseconds);
    });
}

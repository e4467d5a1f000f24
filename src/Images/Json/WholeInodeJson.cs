using System.Text.Json;

namespace ImageSdk.Images.Json;

/// <summary>Paths and inodes in JSON, with their extended attributes.</summary>
public static class WholeInodeJson
{
    public static void WriteEntry(this Utf8JsonWriter json, FileSystemEntry entry, int links) => json.WriteMembers(() =>
    {
        json.WriteBytes("path", entry.Path);
        json.WriteNumber("links", links);
        json.WriteWholeInode(entry.Inode);
    });

    /// <summary>Writes the members of an inode into the object that is open.</summary>
    public static void WriteWholeInode(this Utf8JsonWriter json, Inode inode)
    {
        json.WriteInode(inode);
        if (inode.ExtendedAttributes.Count == 0)
            return;
        json.WriteList("extendedAttributes", inode.ExtendedAttributes, attribute => json.WriteMembers(() =>
        {
            json.WriteBytes("name", attribute.Key);
            json.WriteBase64String("valueBase64", attribute.Value.Span);
        }));
    }
}

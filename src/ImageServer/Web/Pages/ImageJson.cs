using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Images in JSON.</summary>
static class ImageJson
{
    /// <summary>What is known of an image without its tree.</summary>
    public static void WriteImage(this Utf8JsonWriter json, ImageHeader header) =>
        json.WriteMembers(null, () => json.WriteHeader(header));

    /// <summary>The members of a header, into the object that is open.</summary>
    public static void WriteHeader(this Utf8JsonWriter json, ImageHeader header)
    {
        json.WriteString("name", header.Name);
        json.WriteTime("createdOn", header.CreatedOn);
        json.WriteText("createdBy", header.CreatedBy);
        json.WriteText("createdFor", header.CreatedFor);
        json.WriteTime("expiresAt", header.ExpiresAt);
        json.WriteText("sourceImage", header.SourceImage);
        json.WriteText("gitBranch", header.BuildBranch);
        json.WriteText("gitCommit", header.BuildCommitId);
        json.WriteList("ownerGroups", header.OwnerGroups);
        json.WriteList("ownerUsers", header.OwnerUsers);
        json.WriteMembers("tags", () =>
        {
            foreach (var (key, value) in header.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
        });
        json.WriteNumber("files", header.FileCount);
        json.WriteNumber("bytes", header.FileBytes);
        json.WriteNumber("estimatedUsage", header.EstimatedUsage);
        json.WriteNumber("computedFiles", header.ComputedFileCount);
        // Null, for a sparse image, is something else than none.
        if (header.FilterLineCount is { } lines)
            json.WriteNumber("filterLines", lines);
        else
            json.WriteNull("filterLines");
        json.WriteNumber("triggers", header.TriggerCount ?? 0);
    }

    /// <summary>A path of an image.</summary>
    public static void WriteEntry(this Utf8JsonWriter json, FileSystemEntry entry, int? links = null) => json.WriteMembers(null, () =>
    {
        json.WriteBytes("path", entry.Path);
        if (links is { } count)
            json.WriteNumber("links", count);
        json.WriteInode(entry.Inode);
    });

    /// <summary>The members of an inode, into the object that is open.</summary>
    public static void WriteInode(this Utf8JsonWriter json, Inode inode)
    {
        json.WriteString("type", InodeKind.NameOf(inode));
        if (inode is ModedInode moded)
            json.WriteString("mode", Convert.ToString(moded.Mode & InodeMode.PermissionMask, 8).PadLeft(4, '0'));
        json.WriteNumber("uid", inode.Uid);
        json.WriteNumber("gid", inode.Gid);
        switch (inode)
        {
            case RegularInode regular:
                json.WriteNumber("size", regular.Size);
                json.WriteText("hash", regular.Size > 0 ? regular.Hash.ToString() : null);
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
        if (InodeWords.TimeOf(inode) is { } time)
        {
            json.WriteMembers("mtime", () =>
            {
                json.WriteNumber("seconds", time.Seconds);
                json.WriteNumber("nanoseconds", time.Nanoseconds);
            });
        }
    }

    public static void WriteAnnotation(this Utf8JsonWriter json, string member, Annotation? annotation)
    {
        if (annotation is null)
            return;
        json.WriteMembers(member, () =>
        {
            json.WriteText("object", annotation.Object?.ToString());
            json.WriteText("url", annotation.Url);
        });
    }
}

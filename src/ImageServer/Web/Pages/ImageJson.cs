using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Images in JSON.</summary>
static class ImageJson
{
    /// <summary>What is known of an image without its tree.</summary>
    public static void WriteImage(this Utf8JsonWriter json, ImageHeader header) =>
        json.WriteMembers(() => json.WriteHeader(header));

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
    public static void WriteEntry(this Utf8JsonWriter json, FileSystemEntry entry, int? links = null) => json.WriteMembers(() =>
    {
        json.WriteBytes("path", entry.Path);
        if (links is { } count)
            json.WriteNumber("links", count);
        json.WriteInode(entry.Inode);
    });

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

using System.Text.Json;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Comparison;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>A comparison in JSON. The paging is that of the files.</summary>
static class DiffJson
{
    public static Task WriteAsync(ImageRequest request, ImageComparison comparison, Paging paging) => request.WriteJsonAsync(async stream =>
    {
        var json = stream.Writer;
        json.WriteStartObject();
        json.WriteString("left", comparison.Left);
        json.WriteString("right", comparison.Right);
        paging.Write(json);
        await stream.WriteListAsync("files", paging.Take(comparison.Files), file => json.WriteMembers(() =>
        {
            json.WriteBytes("path", file.Path);
            json.WriteString("kind", file.Kind);
            if (file.Kind == "changed")
                json.WriteList("changes", file.AspectNames);
            WriteInode(json, "left", file.Left);
            WriteInode(json, "right", file.Right);
        }));
        await stream.WriteListAsync("packages", comparison.Packages, package => json.WriteMembers(() =>
        {
            json.WriteString("name", package.Name);
            WritePackage(json, "left", package.Left);
            WritePackage(json, "right", package.Right);
        }));
        WriteChange(json, "filter", comparison.Filter, json.WriteStringValue);
        WriteChange(json, "triggers", comparison.Triggers, trigger => json.WriteRawValue(new Triggers([trigger]).ToJson().Trim().TrimStart('[').TrimEnd(']')));
        WriteChange(json, "tags", comparison.Tags, json.WriteStringValue);
        json.WriteEndObject();
    });

    static void WriteInode(Utf8JsonWriter json, string member, Inode? inode)
    {
        if (inode is not null)
            json.WriteMembers(member, () => json.WriteInode(inode));
    }

    static void WritePackage(Utf8JsonWriter json, string member, Package? package)
    {
        if (package is null)
            return;
        json.WriteMembers(member, () =>
        {
            json.WriteString("version", package.Version);
            json.WriteNumber("size", package.Size);
        });
    }

    static void WriteChange<T>(Utf8JsonWriter json, string member, ListChange<T> change, Action<T> write) => json.WriteMembers(member, () =>
    {
        json.WriteList("added", change.Added, write);
        json.WriteList("removed", change.Removed, write);
    });
}

using System.Text.Json;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Views;

/// <summary>An image in JSON, but for the list of its paths.</summary>
static class ImageJson
{
    public static void Write(Utf8JsonWriter json, FoundImage found) => json.WriteMembers(() =>
    {
        var image = found.Image;
        json.WriteString("name", found.Name);
        json.WriteTime("createdOn", image.CreatedOn);
        json.WriteText("createdBy", image.CreatedBy);
        json.WriteText("createdFor", image.CreatedFor);
        json.WriteTime("expiresAt", image.ExpiresAt);
        json.WriteText("sourceImage", image.SourceImage);
        json.WriteText("gitUrl", image.BuildGitUrl);
        json.WriteText("gitBranch", image.BuildBranch);
        json.WriteText("gitCommit", image.BuildCommitId);
        json.WriteList("ownerGroups", image.OwnerGroups);
        json.WriteList("ownerUsers", image.OwnerUsers);
        json.WriteMembers("tags", () =>
        {
            foreach (var (key, value) in (image.Tags ?? new Dictionary<string, string>()).OrderBy(tag => tag.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
        });
        if (image.FileSystem is { } tree)
            json.WriteMembers("tree", () => WriteTree(json, tree));
        json.WriteList("packages", image.Packages, json.WritePackage);
        // Null, for a sparse image, is something else than an empty list.
        if (image.Filter is { } filter)
            json.WriteList("filter", filter.Lines);
        else
            json.WriteNull("filter");
        json.WriteList("triggers", image.Triggers?.List ?? [], json.WriteTrigger);
        WriteAnnotation(json, "buildLog", image.BuildLog);
        WriteAnnotation(json, "releaseNotes", image.ReleaseNotes);
        if (image.Attestations is { } attestations)
            json.WriteMembers("attestations", () =>
            {
                foreach (var (kind, document) in attestations.OrderBy(attestation => attestation.Key, StringComparer.Ordinal))
                    WriteAnnotation(json, kind, document);
            });
    });

    static void WriteTree(Utf8JsonWriter json, FileSystem tree)
    {
        json.WriteNumber("files", tree.RegularInodeCount);
        json.WriteNumber("directories", tree.DirectoryCount);
        json.WriteNumber("paths", tree.Index.Entries.Count);
        json.WriteNumber("bytes", tree.TotalDataBytes);
        json.WriteString("hash", TreeHash.Compute(tree).ToString());
    }

    static void WriteAnnotation(Utf8JsonWriter json, string member, Annotation? annotation)
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

using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>Images: each has a manifest, which lists its artifacts.</summary>
sealed class ImageResource(ServiceContext context) : LinkedResource<ImageRecord>(context, RecordKinds.Images, Schemas.Image, Schemas.ImageChange)
{
    // A client gives one tag as a key and a value, in the form of a change.
    protected override JsonElement Prepare(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("metadata", out var tag) || tag.ValueKind != JsonValueKind.Object
            || !tag.TryGetProperty("key", out var key) || key.ValueKind != JsonValueKind.String)
            return body;
        // Of members of one name the last one counts.
        var whole = new JsonObject();
        foreach (var member in body.EnumerateObject())
            whole[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        whole["metadata"] = new JsonObject { [key.GetString()!] = tag.TryGetProperty("value", out var value) ? JsonNode.Parse(value.GetRawText()) : "" };
        return JsonSerializer.SerializeToElement(whole);
    }

    protected override async Task<ImageRecord> MakeAsync(JsonObject values, CancellationToken cancellation)
    {
        var link = LinkOf(values["link"]);
        if (link is not null)
            await CheckLinkAsync(link, values["link"]!, cancellation);
        return new ImageRecord
        {
            Id = ServiceContext.NewId(), Created = Context.Now, Name = values["name"]!.GetValue<string>(), Link = link,
            Arch = values["arch"]?.GetValue<string>() ?? Architectures.Default,
            Metadata = values["metadata"]!.AsObject().ToDictionary(tag => tag.Key, tag => tag.Value!.GetValue<string>()),
        };
    }

    protected override ImageRecord Change(ImageRecord record, JsonObject values)
    {
        var changed = record with { Arch = values["arch"]?.GetValue<string>() ?? record.Arch };
        if (values["metadata"] is not { } tag)
            return changed;
        var tags = new Dictionary<string, string>(record.Metadata);
        var key = tag["key"]!.GetValue<string>();
        if (tag["operation"]!.GetValue<string>() == "set")
            tags[key] = tag["value"]?.GetValue<string>() ?? "";
        else
            tags.Remove(key);
        return changed with { Metadata = tags };
    }

    protected override ArtifactPath PlaceOf(string id, string name) => new(Context.Places.ImageBucket, $"{id}/{name}");

    protected override ImageRecord WithLinkOf(ImageRecord record, ArtifactLink? link, string? deleted) => record with { Link = link, Deleted = deleted };

    protected override Task CheckArtifactAsync(ArtifactPath path, JsonNode given, CancellationToken cancellation) =>
        ImageManifest.CheckAsync(Context.Artifacts, path, given, Context.LargestManifest, cancellation);

    protected override async Task RemoveArtifactsAsync(ImageRecord record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { } path)
            return;
        // Without a manifest it is not known what the image has: the record stays until it is removed without its artifacts (cascade=false).
        var entries = await ImageManifest.ReadAsync(Context.Artifacts, path, Context.LargestManifest, cancellation) ?? throw ApiProblem.UnreadableManifest(Given(record));
        foreach (var entry in entries)
            await Context.Artifacts.DeleteAsync(entry.Path, cancellation);
        await Context.Artifacts.DeleteAsync(path, cancellation);
    }

    protected override async Task<ArtifactLink?> PutAsideAsync(ImageRecord record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { IsDeleted: false } path)
            return record.Link;
        // What an earlier attempt has moved is found where it was moved to.
        var entries = await ImageManifest.ReadAsync(Context.Artifacts, path, Context.LargestManifest, cancellation)
            ?? await ImageManifest.ReadAsync(Context.Artifacts, path.ToDeleted(), Context.LargestManifest, cancellation);
        if (entries is null)
        {
            Context.Note("IMG7602", $"image {record.Id} is deleted; its manifest {path} is not there, or cannot be read");
            return record.Link;
        }
        var moved = new List<(ManifestEntry, string)>();
        foreach (var entry in entries.Where(entry => !entry.Path.IsDeleted).DistinctBy(entry => entry.Path))
            if (await Context.Artifacts.MoveAsync(entry.Path, entry.Path.ToDeleted(), cancellation) is { } etag)
                moved.Add((entry with { Path = entry.Path.ToDeleted() }, etag));
            else
                Context.Note("IMG7602", $"image {record.Id} is deleted; its artifact {entry.Path} is not there");
        var manifest = new ManifestEntry(ImageManifest.ManifestType, Md5: null, path.ToDeleted());
        // The list is complete before the manifest goes: whoever asks again still finds all.
        var list = path.ToDeleted() with { Key = ListKeyOf(path) };
        await Context.Artifacts.WriteAsync(list, ImageManifest.Write([.. moved, (manifest, record.Link!.Etag)], Context.Time.GetUtcNow()), cancellation);
        await Context.Artifacts.MoveAsync(path, path.ToDeleted(), cancellation);
        return LinkTo(list, "");
    }

    protected override async Task<ArtifactLink?> TakeBackAsync(ImageRecord record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { } list)
            return record.Link;
        var entries = await ImageManifest.ReadAsync(Context.Artifacts, list, Context.LargestManifest, cancellation) ?? throw ApiProblem.UnreadableManifest(Given(record));
        var aside = entries.Where(entry => entry.Path.IsDeleted).ToList();
        if (aside.Find(entry => entry.Type == ImageManifest.ManifestType) is not { } manifest)
            throw ApiProblem.UnreadableManifest(Given(record));
        var moved = new List<ArtifactPath>();
        try
        {
            string? etag = null;
            // The manifest last: where it is, all are.
            foreach (var entry in aside.Where(entry => entry != manifest).Append(manifest))
            {
                etag = await Context.Artifacts.MoveAsync(entry.Path, entry.Path.FromDeleted(), cancellation)
                    ?? throw ApiProblem.NoArtifact(new JsonObject { ["path"] = entry.Path.ToString(), ["type"] = "s3" });
                moved.Add(entry.Path);
            }
            return LinkTo(manifest.Path.FromDeleted(), etag!);
        }
        catch
        {
            foreach (var path in moved)
                await Context.Artifacts.MoveAsync(path.FromDeleted(), path, CancellationToken.None);
            throw;
        }
    }

    protected override Task TidyAsync(ImageRecord record, CancellationToken cancellation) =>
        PathOf(record) is { IsDeleted: true } list ? Context.Artifacts.DeleteAsync(list, cancellation) : Task.CompletedTask;

    protected override async Task PurgeArtifactsAsync(ImageRecord record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { IsDeleted: true } list || await Context.Artifacts.FindAsync(list, cancellation) is null)
            return;
        var entries = await ImageManifest.ReadAsync(Context.Artifacts, list, Context.LargestManifest, cancellation) ?? throw ApiProblem.UnreadableManifest(Given(record));
        foreach (var entry in entries.Where(entry => entry.Path.IsDeleted))
            await Context.Artifacts.DeleteAsync(entry.Path, cancellation);
        await Context.Artifacts.DeleteAsync(list, cancellation);
    }

    // Beside the manifest.
    static string ListKeyOf(ArtifactPath manifest) =>
        ArtifactPath.DeletedPrefix + manifest.Key[..(manifest.Key.LastIndexOf('/') + 1)] + ImageManifest.DeletedFileName;

    static JsonObject Given(ImageRecord record) => new() { ["path"] = record.Link!.Path, ["etag"] = record.Link.Etag, ["type"] = record.Link.Type };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>Records that may have an artifact. A link is set once.</summary>
/// <param name="change">What the body of a change may be.</param>
abstract class LinkedResource<T>(ServiceContext context, RecordKind<T> kind, Schema form, Schema change) : RecordResource<T>(context, kind, form)
    where T : class, ILinkedRecord
{
    /// <exception cref="ApiProblem">There is none, the body is wrong, or there is another link already.</exception>
    public async Task<T> ChangeAsync(string id, JsonElement body, CancellationToken cancellation)
    {
        using var turn = await Context.Turns.TakeAsync(id, cancellation);
        var record = await GetAsync(id, isDeleted: false, cancellation);
        var values = Read(change, body);
        var link = LinkOf(values["link"]);
        if (link is not null && record.Link is null)
            await CheckLinkAsync(link, values["link"]!, cancellation);
        else if (link is not null && link != record.Link)
            throw ApiProblem.Conflict();
        T? changed = null;
        await GuardLinkAsync(async () => changed = await Context.Records.ChangeAsync(
            Kind, id, isDeleted: false, current => WithLinkOf(Change(current, values), link ?? current.Link, deleted: null), cancellation));
        return changed ?? throw ApiProblem.NotFound();
    }

    /// <summary>Gives a client an address to which it uploads an artifact of a record that has none yet.</summary>
    /// <param name="service">Where the client has the service.</param>
    /// <exception cref="ApiProblem">There is no such record, the body is wrong, or there is a link already.</exception>
    public async Task<JsonObject> BeginUploadAsync(string id, JsonElement body, string service, CancellationToken cancellation)
    {
        var values = Read(Schemas.Upload, body);
        return await ArtifactTransfers.BeginAsync(Context, await UploadOfAsync(id, values["name"]!.GetValue<string>(), cancellation), values, service, cancellation);
    }

    /// <summary>Removes what was uploaded for a record that has no link.</summary>
    /// <exception cref="ApiProblem">There is no such record, or it has a link.</exception>
    public async Task DropUploadAsync(string id, string name, CancellationToken cancellation)
    {
        using var turn = await Context.Turns.TakeAsync(id, cancellation);
        await Context.Artifacts.DeleteAsync(await UploadOfAsync(id, name, cancellation), cancellation);
    }

    async Task<ArtifactPath> UploadOfAsync(string id, string name, CancellationToken cancellation) =>
        (await GetAsync(id, isDeleted: false, cancellation)).Link is not null ? throw ApiProblem.Conflict()
        : Schemas.IsArtifactName(name) ? PlaceOf(id, name)
        : throw ApiProblem.NotFound();

    /// <summary>Where an artifact goes that is uploaded.</summary>
    protected abstract ArtifactPath PlaceOf(string id, string name);

    /// <summary>Sees whether a record may have a link.</summary>
    /// <param name="given">As the client wrote it.</param>
    protected async Task<ArtifactPath> CheckLinkAsync(ArtifactLink link, JsonNode given, CancellationToken cancellation)
    {
        if (await Context.Records.FindByLinkAsync(Kind, link.Path, cancellation) is { } owner)
            throw ApiProblem.LinkTaken(link.Path, Kind.Name.TrimEnd('s'), owner);
        if (!ArtifactPath.TryParse(link.Path, out var path))
            throw ApiProblem.NoArtifact(given);
        await CheckArtifactAsync(path, given, cancellation);
        return path;
    }

    protected abstract Task CheckArtifactAsync(ArtifactPath path, JsonNode given, CancellationToken cancellation);

    /// <summary>Changes all but the link.</summary>
    protected abstract T Change(T record, JsonObject values);

    /// <summary>The place of a record's artifact; null where it has none that could be.</summary>
    protected static ArtifactPath? PathOf(T record) => record.Link is { } link && ArtifactPath.TryParse(link.Path, out var path) ? path : null;

    protected static ArtifactLink LinkTo(ArtifactPath path, string etag) => new(path.ToString(), "s3", etag);
}

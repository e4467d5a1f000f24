using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;

namespace ImageSdk.ImageService.Resources;

/// <summary>Artifacts by signed addresses.</summary>
sealed class ArtifactTransfers(ServiceContext context)
{
    const string RecipeType = "recipe";

    static readonly IReadOnlyDictionary<string, string> none = new Dictionary<string, string>();

    /// <summary>The artifacts of an image, as its manifest lists them.</summary>
    /// <param name="service">Where the client has the service.</param>
    /// <exception cref="ApiProblem">The manifest cannot be read.</exception>
    public async Task<JsonArray> ListAsync(ImageRecord image, string service, CancellationToken cancellation)
    {
        if (image.Link is not { } link || !ArtifactPath.TryParse(link.Path, out var manifest))
            return [];
        var entries = await ImageManifest.ReadAsync(context.Artifacts, manifest, context.LargestManifest, cancellation)
            ?? throw ApiProblem.UnreadableManifest(new JsonObject { ["path"] = link.Path, ["etag"] = link.Etag, ["type"] = link.Type });
        var list = new JsonArray();
        foreach (var entry in entries)
            list.Add(await DescribeAsync(entry.Type, entry.Md5, entry.Path, service, cancellation));
        return list;
    }

    /// <summary>The archive of a recipe.</summary>
    public async Task<JsonArray> ListAsync(Recipe recipe, string service, CancellationToken cancellation) =>
        recipe.Link is { } link && ArtifactPath.TryParse(link.Path, out var path) ? [await DescribeAsync(RecipeType, null, path, service, cancellation)] : [];

    /// <param name="path">Where it is put.</param>
    /// <param name="values">The body of the request.</param>
    public static async Task<JsonObject> BeginAsync(ServiceContext context, ArtifactPath path, JsonObject values, string service, CancellationToken cancellation)
    {
        var expires = context.Time.GetUtcNow() + context.Places.AddressLifetime;
        var metadata = values["md5"] is { } md5 ? new Dictionary<string, string> { ["md5sum"] = md5.GetValue<string>() } : none;
        var signed = await context.Artifacts.SignAsync(path, SignedUse.Put, metadata, expires, cancellation);
        return new JsonObject
        {
            ["link"] = LinkTo(path, ""), ["url"] = Absolute(signed.Url, service),
            ["headers"] = new JsonObject(signed.Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value))), ["expires"] = expires.ToUnixTimeSeconds(),
        };
    }

    async Task<JsonObject> DescribeAsync(string type, string? md5, ArtifactPath path, string service, CancellationToken cancellation)
    {
        var found = await context.Artifacts.FindAsync(path, cancellation);
        var signed = found is null ? null : await context.Artifacts.SignAsync(path, SignedUse.Fetch, none, context.Time.GetUtcNow() + context.Places.AddressLifetime, cancellation);
        return new JsonObject
        {
            ["type"] = type, ["md5"] = md5 ?? found?.Metadata.GetValueOrDefault("md5sum"), ["size"] = found?.Size, ["link"] = LinkTo(path, found?.Etag ?? ""),
            ["url"] = signed is null ? null : Absolute(signed.Url, service),
        };
    }

    static JsonNode LinkTo(ArtifactPath path, string etag) => JsonSerializer.SerializeToNode(new ArtifactLink(path.ToString(), "s3", etag), RecordJson.Plain.ArtifactLink)!;

    static string Absolute(string url, string service) => url.StartsWith('/') ? service + url : url;
}

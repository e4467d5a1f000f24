using System.Text.Json.Nodes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>Keys. They have no artifacts and do not change.</summary>
sealed class PublicKeyResource(ServiceContext context) : RecordResource<PublicKey>(context, RecordKinds.PublicKeys, Schemas.PublicKey)
{
    protected override Task<PublicKey> MakeAsync(JsonObject values, CancellationToken cancellation) => Task.FromResult(new PublicKey
    {
        Id = ServiceContext.NewId(), Created = Context.Now, Name = values["name"]!.GetValue<string>(), Text = values["public_key"]!.GetValue<string>(),
    });

    protected override PublicKey WithLinkOf(PublicKey record, ArtifactLink? link, string? deleted) => record with { Deleted = deleted };
}

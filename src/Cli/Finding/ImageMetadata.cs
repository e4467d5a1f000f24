using ImageSdk.Cli.Context;
using ImageSdk.Cli.Repositories;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Finding;

/// <summary>What a server says of an image besides its tree, times to the nanosecond.</summary>
sealed record ImageMetadata(Image Image, string InformationUrl, GobTime? CreatedOn, GobTime? ExpiresAt)
{
    public static async Task<ImageMetadata> ReadAsync(FoundImage found, CommandContext context)
    {
        if (found.IsFile || context.Repository is not ServerRepository server)
            return new(found.Image, "", null, null);
        var reply = await server.GetResponseAsync(found.Name, new(WithTree: false), context.Cancellation);
        var times = await server.AskAsync(images => images.GetImageTimesAsync(found.Name, context.Cancellation), context.Cancellation);
        return new(reply.Image ?? found.Image, reply.InformationDatabaseURL, times?.CreatedOn, times?.ExpiresAt);
    }

    public string ToJson() => ImageMetadataJson.Format(Image, InformationUrl, CreatedOn?.ToString(), ExpiresAt?.ToString());
}

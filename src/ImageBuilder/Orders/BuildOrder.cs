using System.Text.Json;
using ImageSdk.ImageBuilder.Requests;

namespace ImageSdk.ImageBuilder.Orders;

/// <summary>An image to build: the input of a job of the kind "build". Requests for the same content share it.</summary>
/// <param name="ImageId">That the image is going to have.</param>
/// <param name="Key">Of its content.</param>
sealed record BuildOrder(Guid ImageId, string Key, BaseImageRequest BaseImage, IReadOnlyList<string> PpaList, IReadOnlyList<string> PackageList)
{
    public static BuildOrder Read(string json) => JsonSerializer.Deserialize<BuildOrder>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <summary>A request and what came of it: the input of a job of the kind "request".</summary>
/// <param name="Build">The job that builds the image.</param>
/// <param name="Ticket">By which the request is taken back from it.</param>
/// <param name="Ignored">Members of the request that have no meaning.</param>
sealed record RequestOrder(BuildImageRequest Request, long Build, string Ticket, IReadOnlyList<string> Ignored)
{
    public static RequestOrder Read(string json) => JsonSerializer.Deserialize<RequestOrder>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

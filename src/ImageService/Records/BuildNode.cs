using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>A machine on which jobs may run.</summary>
/// <param name="Xname">Its name or address, by which it is known.</param>
sealed record BuildNode(string Xname) : IRecord
{
    [JsonIgnore]
    public string Id => Xname;

    [JsonIgnore]
    public string Created { get; init; } = "";

    [JsonIgnore]
    public string? Deleted { get; init; }
}

using System.Text.Json;

namespace ImageSdk.ImageService.Runs;

/// <summary>What a run is to do: the input of a job of the queue.</summary>
/// <param name="Job">The id of the job's record.</param>
/// <param name="ImageId">The id of the image that comes out: all attempts of a run make the same one.</param>
sealed record RunOrder(string Job, string ImageId)
{
    public static RunOrder Read(string json) => JsonSerializer.Deserialize<RunOrder>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

using System.Text.Json;

namespace ImageSdk.ImageBuilder.Orders;

/// <summary>A step of a build as it begins: an event of its job.</summary>
/// <param name="Name">One of <see cref="BuildSteps"/>.</param>
sealed record BuildStep(string Name, string Message)
{
    public static BuildStep? TryRead(string? text)
    {
        try
        {
            return text is ['{', ..] ? JsonSerializer.Deserialize<BuildStep>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <summary>The steps of a build, in order.</summary>
static class BuildSteps
{
    public const string Queue = "queue";
    public const string Fetch = "fetch";
    public const string Unpack = "unpack";
    public const string Archives = "archives";
    public const string Install = "install";
    public const string Finish = "finish";
    public const string Repack = "repack";
    public const string Upload = "upload";
    public const string Done = "done";

    public static IReadOnlyList<string> All { get; } = [Queue, Fetch, Unpack, Archives, Install, Finish, Repack, Upload, Done];
}

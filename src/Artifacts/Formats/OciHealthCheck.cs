using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// A command by which an engine tells whether a container is well. The OCI specification reserves the member and does not define
/// it; this is Docker's form, which Docker reads in OCI images too. Podman reads it in images of Docker's format alone.
/// </summary>
/// <remarks>https://github.com/moby/docker-image-spec/blob/main/spec.md</remarks>
/// <param name="Test"><c>CMD</c> and the words of a command, or <c>CMD-SHELL</c> and a line for the image's shell.</param>
/// <param name="Interval">Between two checks, in nanoseconds.</param>
/// <param name="Timeout">Of one check, in nanoseconds.</param>
/// <param name="StartPeriod">From the start, in which failures do not count, in nanoseconds.</param>
/// <param name="StartInterval">Between two checks in that time, in nanoseconds.</param>
/// <param name="Retries">Failures one after the other that make a container unwell.</param>
public sealed record OciHealthCheck(
    [property: JsonPropertyName("Test")] IReadOnlyList<string> Test,
    [property: JsonPropertyName("Interval")] long? Interval = null,
    [property: JsonPropertyName("Timeout")] long? Timeout = null,
    [property: JsonPropertyName("StartPeriod")] long? StartPeriod = null,
    [property: JsonPropertyName("StartInterval")] long? StartInterval = null,
    [property: JsonPropertyName("Retries")] int? Retries = null)
{
    /// <summary>Reads a health check in JSON; null for empty text.</summary>
    /// <exception cref="ArtifactException">IMG6161: it is none.</exception>
    public static OciHealthCheck? Parse(string text)
    {
        if (text.Length == 0)
            return null;
        try
        {
            return Check(JsonSerializer.Deserialize(text, OciHealthCheckJson.Default.OciHealthCheck));
        }
        catch (JsonException exception)
        {
            throw Fault($"it is no health check in JSON: {exception.Message}");
        }
    }

    public string Format() => JsonSerializer.Serialize(this, OciHealthCheckJson.Default.OciHealthCheck);

    static OciHealthCheck Check(OciHealthCheck? check)
    {
        if (check?.Test is not ["CMD", _, ..] and not ["CMD-SHELL", _] || check.Test.Any(word => word is null || word.Contains('\0')))
            throw Fault("Test is neither CMD and the words of a command nor CMD-SHELL and one line for a shell");
        // Docker refuses shorter times.
        foreach (var (name, time) in new[] { ("Interval", check.Interval), ("Timeout", check.Timeout), ("StartPeriod", check.StartPeriod), ("StartInterval", check.StartInterval) })
            if (time is not (null or 0 or >= 1_000_000))
                throw Fault($"{name} is shorter than a millisecond");
        return check.Retries is < 0 ? throw Fault("Retries is negative") : check;
    }

    static ArtifactException Fault(string what) => new("IMG6161", $"The health check can't be used: {what}. Correct the ContainerHealthCheck items or the option HealthCheck.");
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(OciHealthCheck))]
sealed partial class OciHealthCheckJson : JsonSerializerContext;

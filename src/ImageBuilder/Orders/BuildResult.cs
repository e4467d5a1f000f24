using System.Text.Json;

namespace ImageSdk.ImageBuilder.Orders;

/// <summary>An image that was built: the result of both kinds of jobs.</summary>
/// <param name="ImageId">By which the destination knows it.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Name">For people.</param>
/// <param name="Artifacts">What else there is: manifest, bill of materials, logs.</param>
sealed record BuildResult(string ImageId, string Location, string Name, IReadOnlyList<BuildArtifact> Artifacts)
{
    public static BuildResult Read(string json) => JsonSerializer.Deserialize<BuildResult>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <param name="Type">IMAGE, MANIFEST, SBOM, LOGS.</param>
/// <param name="Reference">A URL.</param>
sealed record BuildArtifact(string Name, string Type, string Reference);

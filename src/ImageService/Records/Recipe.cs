using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>What an image is built from.</summary>
sealed record Recipe : ILinkedRecord
{
    public required string Id { get; init; }

    public required string Created { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; init; }

    public required string Name { get; init; }

    /// <summary>The archive with the recipe.</summary>
    public ArtifactLink? Link { get; init; }

    public required string RecipeType { get; init; }

    public required string LinuxDistribution { get; init; }

    /// <summary>Values for its templates; null where the one who made it said so.</summary>
    public IReadOnlyList<TemplateValue>? TemplateDictionary { get; init; } = [];

    public bool RequireDkms { get; init; } = true;

    public string Arch { get; init; } = Architectures.Default;
}

sealed record TemplateValue(string Key, string Value);

static class RecipeTypes
{
    /// <summary>Of kiwi-ng; of packer; an archive with an image project.</summary>
    public const string Kiwi = "kiwi-ng", Packer = "packer", ImageProject = "imgproj";

    public static readonly string[] All = [Kiwi, Packer, ImageProject];
}

static class Architectures
{
    public const string Default = "x86_64";

    public const string Arm = "aarch64";

    public static readonly string[] All = [Arm, Default];

    /// <summary>That of this machine.</summary>
    public static string OfMachine { get; } = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? Arm : Default;
}

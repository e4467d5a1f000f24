namespace ImageSdk.Sdk.Tests.Harness;

static class Stages
{
    public static IReadOnlyList<string> All { get; } = Enum.GetNames<Contracts.Stages.ImageStage>();

    /// <summary>Those that RunImageStage runs; the source is resolved in every build.</summary>
    public static IReadOnlyList<string> Run { get; } = [.. All.Skip(1)];

    public static TheoryData<string> Data => [.. All];
}

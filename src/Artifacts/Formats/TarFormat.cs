using ImageSdk.Archives;

namespace ImageSdk.Artifacts.Formats;

/// <summary>A tar file of the image's tree: PAX, with extended attributes.</summary>
/// <param name="name">"tar", or with the compression that it has unless said: "tar.zst".</param>
sealed class TarFormat(string name, string compression) : IArtifactFormat
{
    public string Name => name;

    public int Version => 2;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        ArtifactOption.Choice("Compression", compression, [.. Compression.All.Select(each => each.Name)]),
        ArtifactOption.Number("CompressionLevel", "", 1, Compression.HighestLevel),
        ArtifactOption.Flag("Sparse", true),
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.tar{CompressionOf(settings).Extension}";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => CompressionOf(settings).Tool is { } tool ? [tool] : [];

    public void Write(ArtifactContext context)
    {
        using var root = context.OpenRoot();
        var writer = new TarTreeWriter(context.Tree, root, context.EpochTime, "./", context.Cancellation) { LeavesOutZeros = context.Settings.Flag("Sparse") };
        using var file = new FileStream(context.OutputPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 18);
        CompressionOf(context.Settings).Write(
            file, (int?)context.Settings.Number("CompressionLevel"), context.Tools, writer.Write);
    }

    static Compression CompressionOf(ArtifactSettings settings) => Compression.Of(settings["Compression"]);
}

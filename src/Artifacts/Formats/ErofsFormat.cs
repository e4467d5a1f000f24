using System.Globalization;

namespace ImageSdk.Artifacts.Formats;

/// <summary>An EROFS file system.</summary>
sealed class ErofsFormat : IArtifactFormat
{
    static readonly HostTool MakeErofs = new("mkfs.erofs", "erofs-utils");

    public string Name => "erofs";

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        ArtifactOption.Choice("Compression", "lz4hc", "none", "lz4", "lz4hc"),
        ArtifactOption.Number("CompressionLevel", "", 0, 12),
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.erofs";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [MakeErofs];

    public void Check(ArtifactSettings settings)
    {
        if (settings["CompressionLevel"] is { Length: > 0 } level && settings["Compression"] != "lz4hc")
            throw new ArtifactException("IMG6002", $"CompressionLevel of the format erofs is {level}; expected with {settings["Compression"]}: none.");
    }

    public void Write(ArtifactContext context)
    {
        StagedRoot.Prepare(context);
        var settings = context.Settings;
        string[] compression = settings["Compression"] switch
        {
            "none" => [],
            "lz4hc" when settings["CompressionLevel"] is { Length: > 0 } level => [$"-zlz4hc,{level}"],
            var name => [$"-z{name}"],
        };
        // All attributes inline: which ones are shared would depend on the order in which the root lists its files.
        // Large inodes: only those have a time and owners above 65535.
        context.Tools.Run(
            MakeErofs,
            [
                "--quiet", "-T" + context.Epoch.ToString(CultureInfo.InvariantCulture), "-U" + context.Identifier("erofs"),
                "-x100000", "-Eforce-inode-extended", .. compression, context.OutputPath, context.Root,
            ]);
        using var image = new ErofsImage(context.OutputPath);
        image.Apply(context.Tree, context.EpochTime, context.Cancellation);
    }
}

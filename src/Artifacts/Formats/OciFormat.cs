using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImageSdk.Archives;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// An OCI image layout: a folder that skopeo, podman, buildah and umoci take as <c>oci:FOLDER:TAG</c>. The image is one layer.
/// </summary>
/// <remarks>https://github.com/opencontainers/image-spec, version 1.0.</remarks>
sealed class OciFormat : IArtifactFormat
{
    const string ConfigType = "application/vnd.oci.image.config.v1+json";
    const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    public string Name => "oci";

    public bool IsFolder => true;

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        ArtifactOption.Choice("Compression", "gzip", "gzip", "zstd", "none"),
        ArtifactOption.Number("CompressionLevel", "", 1, Compression.HighestLevel),
        ArtifactOption.Flag("Sparse", false),
        ArtifactOption.Text("Tag", "latest", "a tag: letters, digits, '_', '.' and '-'", IsTag),
        .. OciRunOptions.All,
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.oci";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => Compression.Of(settings["Compression"]).Tool is { } tool ? [tool] : [];

    public void Check(ArtifactSettings settings) => OciHealthCheck.Parse(settings[OciRunOptions.HealthCheck]);

    public void Write(ArtifactContext context)
    {
        var blobs = Path.Combine(context.OutputPath, "blobs", "sha256");
        Directory.CreateDirectory(blobs);
        var (layer, layerDigest) = WriteLayer(context, blobs);
        var config = WriteBlob(blobs, ConfigType, ConfigOf(context, layerDigest), OciJson.Readable.OciConfig);
        var manifest = WriteBlob(blobs, ManifestType, new(2, ManifestType, config, [layer]), OciJson.Readable.OciManifest);
        var index = new OciIndex(2, [manifest with
        {
            Platform = PlatformOf(context),
            Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["org.opencontainers.image.ref.name"] = context.Settings["Tag"] },
        }]);
        WriteFile(Path.Combine(context.OutputPath, "index.json"), index, OciJson.Readable.OciIndex);
        WriteFile(Path.Combine(context.OutputPath, "oci-layout"), new OciLayout("1.0.0"), OciJson.Readable.OciLayout);
    }

    /// <returns>What the manifest says of the layer, and the digest of its tar file.</returns>
    static (OciDescriptor Layer, string Digest) WriteLayer(ArtifactContext context, string blobs)
    {
        var compression = Compression.Of(context.Settings["Compression"]);
        var unnamed = Path.Combine(blobs, "layer");
        var digest = "";
        using var root = context.OpenRoot();
        using var file = new FileStream(unnamed, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 18);
        using var compressed = new HashingStream(file);
        compression.Write(compressed, (int?)context.Settings.Number("CompressionLevel"), context.Tools, stream =>
        {
            using var plain = new HashingStream(stream);
            // Layers have names without "./".
            new TarTreeWriter(context.Tree, root, context.EpochTime, "", context.Cancellation) { LeavesOutZeros = context.Settings.Flag("Sparse") }.Write(plain);
            digest = plain.Digest;
        });
        file.Close();
        File.Move(unnamed, Path.Combine(blobs, HexOf(compressed.Digest)));
        var type = compression.Name == "none" ? LayerType : $"{LayerType}+{compression.Name}";
        return (new(type, compressed.Digest, compressed.Length), digest);
    }

    static OciConfig ConfigOf(ArtifactContext context, string layerDigest) => new(
        TimeOf(context), context.Architecture, "linux", OciRunOptions.Read(context), new("layers", [layerDigest]), [new(TimeOf(context), context.Stream)]);

    static OciPlatform PlatformOf(ArtifactContext context) => new(context.Architecture, "linux");

    static string TimeOf(ArtifactContext context) => DateTimeOffset.FromUnixTimeSeconds(context.Epoch).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    static OciDescriptor WriteBlob<T>(string blobs, string type, T value, JsonTypeInfo<T> json)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, json);
        var digest = $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}";
        File.WriteAllBytes(Path.Combine(blobs, HexOf(digest)), bytes);
        return new(type, digest, bytes.Length);
    }

    static void WriteFile<T>(string path, T value, JsonTypeInfo<T> json) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(value, json));

    static string HexOf(string digest) => digest[(digest.IndexOf(':') + 1)..];

    static bool IsTag(string text) =>
        text.Length is > 0 and <= 128 && text[0] is not ('.' or '-') && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-');
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Tests.DebianPackages;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>A container image with an index of two architectures, as a layout.</summary>
sealed class ContainerLayout
{
    readonly StringBuilder manifests = new();

    public ContainerLayout(string directory)
    {
        Directory = directory;
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "blobs/sha256"));
    }

    public string Directory { get; }

    /// <summary>Digest of the index.</summary>
    public string Index { get; private set; } = "";

    public string Add(byte[] content)
    {
        var hex = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes(Path.Combine(Directory, "blobs/sha256", hex), content);
        return $"sha256:{hex}";
    }

    /// <param name="layers">Tar files.</param>
    public void AddImage(string architecture, params string[] layers)
    {
        var config = Encoding.UTF8.GetBytes($$"""{"architecture": "{{architecture}}", "os": "linux"}""");
        var parts = string.Join(", ", layers.Select(layer => Describe("application/vnd.oci.image.layer.v1.tar" + (layer.EndsWith(".zst", StringComparison.Ordinal) ? "+zstd" : layer.EndsWith(".gz", StringComparison.Ordinal) ? "+gzip" : ""), File.ReadAllBytes(layer))));
        var manifest = $$"""{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {{Describe("application/vnd.oci.image.config.v1+json", config)}}, "layers": [{{parts}}]}""";
        manifests.Append(manifests.Length > 0 ? ", " : "").Append(Describe("application/vnd.oci.image.manifest.v1+json", Encoding.UTF8.GetBytes(manifest), $$""", "platform": {"os": "linux", "architecture": "{{architecture}}"}"""));
    }

    public void Finish(string tag)
    {
        var index = Encoding.UTF8.GetBytes($$"""{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{{manifests}}]}""");
        var entry = Describe("application/vnd.oci.image.index.v1+json", index, $$""", "annotations": {"org.opencontainers.image.ref.name": "{{tag}}"}""");
        File.WriteAllText(Path.Combine(Directory, "index.json"), $$"""{"schemaVersion": 2, "manifests": [{{entry}}]}""");
        File.WriteAllText(Path.Combine(Directory, "oci-layout"), """{"imageLayoutVersion": "1.0.0"}""");
        Index = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(index))}";
    }

    string Describe(string type, byte[] content, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"mediaType": "{{type}}", "digest": "{{Add(content)}}", "size": {{content.Length}}{{more}}}""");

    /// <summary>A tar file of some paths; those that end with "/" are directories.</summary>
    public static string Layer(string file, params string[] paths)
    {
        var tree = System.IO.Directory.CreateDirectory(file + ".tree").FullName;
        foreach (var path in paths)
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, path))!);
            if (!path.EndsWith('/'))
                File.WriteAllText(Path.Combine(tree, path), Path.GetFileName(file));
        }
        SamplePackage.Run("tar", "-C", tree, "--auto-compress", "-cf", file, ".");
        return file;
    }
}

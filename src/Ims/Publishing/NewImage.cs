using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Ims.Publishing;

/// <summary>An image that is to be brought to a service.</summary>
/// <param name="Arch">"x86_64" or "aarch64".</param>
public sealed record NewImage(string Name, string Arch, IReadOnlyList<NewArtifact> Artifacts)
{
    /// <summary>The tag by which the same content is found again.</summary>
    public const string ContentTag = "imagesdk_content";

    /// <summary>More tags of the record.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>What tells one content from another, whatever its name is.</summary>
    public string Content => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(Artifacts.Select(artifact => $"{artifact.Type} {artifact.Md5}\n").Order(StringComparer.Ordinal)))));
}

/// <param name="Name">The last part of its key: "rootfs", "kernel", "initrd", "boot_parameters".</param>
/// <param name="Type">As manifests have it.</param>
/// <param name="File">Its content.</param>
/// <param name="Md5">Of the content, in hexadecimal digits.</param>
public sealed record NewArtifact(string Name, string Type, string File, string Md5);

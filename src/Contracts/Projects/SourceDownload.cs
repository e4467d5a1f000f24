namespace ImageSdk.Contracts.Projects;

/// <summary>A disk image or an archive that is fetched before its root is unpacked.</summary>
/// <param name="Url">http:, https: or file:; oci: or docker: for a container image; ims: for an image of <see cref="Service"/>. It may have a user and a password, which are shown nowhere.</param>
public sealed record SourceDownload(string Url)
{
    /// <summary>Address of an image management service; empty for none.</summary>
    public string Service { get; init; } = "";

    /// <summary>"sha256:HEX" or "sha512:HEX"; empty for none.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Address of a file such as SHA256SUMS, which may be relative to <see cref="Url"/>; empty for none.</summary>
    public string Checksums { get; init; } = "";

    /// <summary>An OpenPGP key that has signed the checksums; empty for none.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Networks that are not connected to for it, where its address comes from someone else; none as a rule.</summary>
    public IReadOnlyList<string> DeniedNetworks { get; init; } = [];
}

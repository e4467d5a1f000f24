using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Networking;

namespace ImageSdk.Building.Containers;

/// <summary>A container image in a directory (<c>oci:PATH[:TAG]</c>) or at a registry (<c>docker://…</c>).</summary>
/// <param name="Text">As the project has it.</param>
/// <param name="Reference">At a registry; null for a directory.</param>
/// <param name="Directory">Absolute; empty for a registry.</param>
/// <param name="Tag">In the directory; empty for the only image.</param>
sealed record ContainerAddress(string Text, ImageReference? Reference, string Directory, string Tag)
{
    const string LayoutScheme = "oci:";

    /// <summary>The digest that the address itself names; null for none.</summary>
    public ContentDigest? Digest => Reference is null ? null : ContentDigest.TryParse(Reference.Tag);

    /// <summary>Null where it is none, or a path is not absolute.</summary>
    public static ContainerAddress? TryParse(string text)
    {
        if (ImageReference.TryParse(text) is { } reference)
            return new(text, reference, "", "");
        if (!text.StartsWith(LayoutScheme + "/", StringComparison.Ordinal))
            return null;
        var path = text[LayoutScheme.Length..];
        // As skopeo has it: what follows the last colon is a tag. A directory with that very name comes first.
        var colon = path.LastIndexOf(':');
        return colon < 0 || System.IO.Directory.Exists(path) || path.IndexOf('/', colon) >= 0 ? new(text, null, path, "") : new(text, null, path[..colon], path[(colon + 1)..]);
    }

    /// <param name="denied">Networks that are not connected to; null for none.</param>
    public OpenedContainer Open(DownloadStore store, DeniedNetworks? denied, Action<DownloadProgress> progress, Action waiting)
    {
        if (Reference is null)
            return new(new LayoutSource(Directory, Tag), null);
        var registry = new RegistrySource(Reference, store, DockerCredentials.OfUser(), denied, progress, waiting);
        return new(registry, registry);
    }
}

/// <param name="Owner">Disposed of with it.</param>
sealed record OpenedContainer(IContainerSource Source, IDisposable? Owner) : IDisposable
{
    public void Dispose() => Owner?.Dispose();
}

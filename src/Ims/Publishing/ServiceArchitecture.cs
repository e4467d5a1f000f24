namespace ImageSdk.Ims.Publishing;

/// <summary>Architectures as image management services name them.</summary>
public static class ServiceArchitecture
{
    static readonly Dictionary<string, string> known = new() { ["amd64"] = "x86_64", ["arm64"] = "aarch64" };

    /// <param name="architecture">As Debian names it.</param>
    /// <exception cref="ImsException">IMG7660: they know it not.</exception>
    public static string Of(string architecture) => known.TryGetValue(architecture, out var name) ? name : throw new ImsException(
        "IMG7660", $"An image management service has images for {string.Join(" and ", known.Keys)}, and the project builds for {architecture}.");
}

namespace ImageSdk.Packages;

/// <summary>Addresses of packages and lists as apt writes them.</summary>
static class DebianUri
{
    public static bool IsRemote(string uri) =>
        uri.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether anything that speaks HTTP can fetch it.</summary>
    public static bool IsOpen(string uri) => IsRemote(uri) && Uri.TryCreate(uri, UriKind.Absolute, out var address) && address.UserInfo.Length == 0;

    /// <summary>The path of a file on the machine itself (file:/path, file:///path, copy:/path); null where it is none.</summary>
    public static string? TryGetPath(string uri)
    {
        foreach (var scheme in new[] { "file:", "copy:" })
            if (uri.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                var path = Uri.UnescapeDataString(uri[scheme.Length..]);
                return path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            }
        return null;
    }
}

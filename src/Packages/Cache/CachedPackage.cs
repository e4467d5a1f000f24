namespace ImageSdk.Packages.Cache;

/// <summary>A package in the cache: a .deb whose parts are not compressed, which dpkg takes as any other.</summary>
/// <param name="File">Absolute path. In a sandbox that sees the cache's packages elsewhere: <see cref="PathBelow"/>.</param>
sealed record CachedPackage(DebianPackage Package, string File)
{
    /// <summary>Its path where <see cref="PackageStore.PackagesDirectory"/> is mounted.</summary>
    /// <param name="mountPoint">Absolute path in the sandbox.</param>
    public string PathBelow(string mountPoint) => $"{mountPoint}/{Package.Sha256}/{Package.FileName}";
}

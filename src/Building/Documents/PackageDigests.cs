using ImageSdk.Attestations;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.Documents;

/// <summary>Digests of the package files that an image was made of, as far as its layers and the project's lock tell them.</summary>
static class PackageDigests
{
    /// <returns>SHA-256 in hexadecimal digits, by <see cref="DescribedPackages.KeyOf"/>.</returns>
    public static IReadOnlyDictionary<string, string> Read(LockSettings? settings, BuiltImage built, LayerStore layers)
    {
        var digests = new Dictionary<string, string>();
        foreach (var package in settings is null ? [] : ReadLock(settings.File))
            digests[DescribedPackages.KeyOf(package.Name, package.Version, package.Architecture)] = package.Sha256;
        // What a layer was made of is certain.
        foreach (var layer in built.Layers)
            foreach (var line in (layers.TryReadInputs(layer) ?? "").Split('\n'))
                if (line.StartsWith("deb ", StringComparison.Ordinal) && line.Split(' ') is [_, var name, var version, var architecture, { Length: 64 } digest])
                    digests[DescribedPackages.KeyOf(name, version, architecture)] = digest;
        return digests;
    }

    // A wrong lock is reported where it is used.
    static IReadOnlyList<LockedPackage> ReadLock(string file)
    {
        try
        {
            return ImageLockFile.TryRead(file)?.Packages ?? [];
        }
        catch (Exception exception) when (exception is BuildException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

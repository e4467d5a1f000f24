using System.Text;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Packages.Rpm;

/// <summary>The list of the built-in "rpm" packager without rpm, which an image may not even have. Only for images whose /bin/generic-packager is the built-in one to the letter.</summary>
static class RpmPackageList
{
    static readonly byte[] script = Encoding.UTF8.GetBytes(GenericPackagerScript.Write(BuiltInPackagers.Find("rpm", [])!));

    /// <returns>In bytewise order of their names, as <c>rpm -qa</c> lists them with "VERSION_RELEASE"; null where the image's packager is another one, or its database cannot be read.</returns>
    public static IReadOnlyList<Package>? TryRead(DirectoryHandle root)
    {
        if (!RootFile.TryRead(root, "bin/generic-packager", script.Length).AsSpan().SequenceEqual(script))
            return null;
        try
        {
            if (RpmDatabase.TryRead(root) is not { } packages)
                return null;
            // Of several versions of one package, such as kernels, the last one counts.
            var byName = new SortedDictionary<string, Package>(StringComparer.Ordinal);
            foreach (var package in packages)
                byName[package.Name] = new(package.Name, $"{package.Version}_{package.Release}", package.Size);
            return [.. byName.Values];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

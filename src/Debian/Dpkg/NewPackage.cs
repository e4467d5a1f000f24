using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Packages.Cache;

namespace ImageSdk.Debian.Dpkg;

/// <summary>A package of the cache that a root is about to get, opened.</summary>
sealed record NewPackage(CachedPackage File, PackageControl Control, PackageContents Contents)
{
    /// <summary>Whether dpkg has nothing to add: it makes digests where a package brings none, and knows configuration files that are to go.</summary>
    public bool IsPlain =>
        Control.TextOf("md5sums") is not null
        && Control.LinesOf("conffiles").All(path => path[0] == '/' && Contents.Files.Contains(ByteString.FromText(path[1..])));

    /// <summary>Opens packages, several side by side.</summary>
    /// <exception cref="BuildException">One is damaged: IMG4012.</exception>
    public static IReadOnlyList<NewPackage> Read(IReadOnlyList<CachedPackage> packages, CancellationToken cancellation)
    {
        try
        {
            return [.. packages.AsParallel().AsOrdered().WithCancellation(cancellation)
                .Select(Read)];
        }
        catch (AggregateException exception) when (exception.InnerException is InvalidDataException inner)
        {
            throw new BuildException("IMG4012",
                $"A package is damaged: {inner.Message}. If only its copy in the cache is, repair that: imagesdk cache verify --content --repair. If not, install it from another source, or without it.", inner: inner);
        }
    }

    static NewPackage Read(CachedPackage package)
    {
        try
        {
            return new(package, PackageControl.Read(package), PackageContents.Read(package));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{package.Package}: {exception.Message}", exception);
        }
    }
}

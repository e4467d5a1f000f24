using System.Security.Cryptography;
using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Layers;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Fetching;

/// <summary>
/// Brings packages into the cache: fetches those that are missing, side by side, verifies size and SHA-256 while they come,
/// and takes the compression off, once for all builds.
/// </summary>
/// <param name="temporary">
/// An existing folder on the cache's file system that its owner removes at the end, such as one of the worker's session.
/// </param>
/// <param name="limit">What a package may become.</param>
sealed class PackageFetcher(LayerStore layers, string temporary, IBuildListener listener, ExpansionLimit limit)
{
    const int Connections = 6;
    const int Attempts = 3;

    readonly PackageStore store = new(layers);
    readonly SemaphoreSlim unpackers = new(Environment.ProcessorCount);
    static int number;

    /// <summary>All of the packages, in their order, from the cache.</summary>
    /// <exception cref="BuildException">
    /// One cannot be fetched (IMG4010), is not what the list says (IMG4011), or cannot be unpacked (IMG4012).
    /// </exception>
    public async Task<IReadOnlyList<CachedPackage>> FetchAsync(IReadOnlyList<DebianPackage> packages, CancellationToken cancellation)
    {
        var found = packages.Select(store.Find).ToArray();
        var missing = Enumerable.Range(0, packages.Count).Where(index => found[index] is null).ToList();
        if (missing.Count > 0)
        {
            var progress = new FetchProgress(listener, missing.Count, missing.Sum(index => packages[index].Size));
            using var source = new PackageSource();
            var options = new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = cancellation };
            await Parallel.ForEachAsync(missing, options, async (index, token) =>
            {
                found[index] = await BringAsync(packages[index], source, token);
                progress.Add(packages[index].Size);
            });
        }
        store.MarkUsed(packages);
        return found!;
    }

    async Task<CachedPackage> BringAsync(DebianPackage package, PackageSource source, CancellationToken cancellation)
    {
        // Another build may be about to bring the same one.
        using var turn = await layers.LockAsync($"package-{package.Sha256[..24]}", static () => { }, cancellation);
        if (store.Find(package) is { } there)
            return there;
        var folder = Path.Combine(temporary, $"package-{Interlocked.Increment(ref number)}");
        Directory.CreateDirectory(folder);
        try
        {
            var fetched = Path.Combine(folder, "fetched");
            await FetchAsync(package, source, fetched, cancellation);
            var entry = Path.Combine(folder, "entry");
            Directory.CreateDirectory(entry);
            await UnpackAsync(package, fetched, entry, cancellation);
            return store.Add(package, entry, Path.Combine(folder, "retired"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task FetchAsync(DebianPackage package, PackageSource source, string target, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CopyAsync(package, source, target, cancellation);
                return;
            }
            catch (Exception exception) when (exception is InvalidDataException)
            {
                throw new BuildException("IMG4011",
                    $"Package {package} from {package.Uri} is not what the package list says: {exception.Message}. "
                    + "The repository or a proxy before it is out of step or damaged; try again later, or use another mirror.", inner: exception);
            }
            catch (Exception exception) when (IsFull(exception))
            {
                throw;
            }
            catch (Exception exception) when (attempt < Attempts && PackageSource.IsTransient(package.Uri, exception))
            {
                await Task.Delay(TimeSpan.FromSeconds(attempt), cancellation);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or UnauthorizedAccessException or NotSupportedException or UriFormatException)
            {
                throw new BuildException("IMG4010",
                    $"Package {package} cannot be fetched from {package.Uri}: {exception.Message}. Check the network, http_proxy and https_proxy, and that the repository still has it.",
                    inner: exception);
            }
        }
    }

    static async Task CopyAsync(DebianPackage package, PackageSource source, string target, CancellationToken cancellation)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        await source.CopyAsync(package.Uri, package.Size, async bytes =>
        {
            hasher.AppendData(bytes.Span);
            await output.WriteAsync(bytes, cancellation);
        }, cancellation);
        if (output.Length != package.Size)
            throw new InvalidDataException($"it has {output.Length} bytes instead of {package.Size}");
        var digest = Convert.ToHexStringLower(hasher.GetHashAndReset());
        if (digest != package.Sha256)
            throw new InvalidDataException($"its SHA-256 is {digest} instead of {package.Sha256}");
    }

    async Task UnpackAsync(DebianPackage package, string fetched, string entry, CancellationToken cancellation)
    {
        await unpackers.WaitAsync(cancellation);
        try
        {
            var (size, digest) = await PackageUnpacker.UnpackAsync(fetched, Path.Combine(entry, package.FileName), limit, cancellation);
            new PackageRecord(package.ToString(), size, digest).Write(Path.Combine(entry, "about"));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException && !IsFull(exception))
        {
            throw new BuildException("IMG4012", $"Package {package} from {package.Uri} cannot be unpacked: {exception.Message}.", inner: exception);
        }
        finally
        {
            unpackers.Release();
        }
    }

    // Not the package's fault: the worker has words for it.
    static bool IsFull(Exception exception) => exception is IOException { HResult: Errno.NoSpace or Errno.QuotaExceeded };
}

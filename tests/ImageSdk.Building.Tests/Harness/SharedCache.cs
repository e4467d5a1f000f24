using ImageSdk.Building.Caching;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests;

/// <summary>
/// Keeps the cache of all tests from filling its disk, which often is the machine's memory: hundreds of tests unpack images of their own. What was not used for
/// longest goes; a test that comes back to it makes it again.
/// </summary>
static class SharedCache
{
    const long Step = 1L << 30;

    static readonly Lock turn = new();

    /// <summary>Bytes of the disk that were in use when the cache was trimmed last.</summary>
    static long before;

    /// <summary>Trims it where it is time to, and no build is going on.</summary>
    public static void Trim()
    {
        if (!turn.TryEnter())
            return;
        try
        {
            var disk = new DriveInfo(TestHost.Root);
            if (Used(disk) < disk.TotalSize / 5 * 2 || Used(disk) < before + Step)
                return;
            using var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
            new LayerCache(TestHost.CacheDirectory)
                .CollectAsync(new CacheLimits((ulong)disk.TotalSize / 3, null), workers, new RecordingListener(), CancellationToken.None).GetAwaiter().GetResult();
            before = Used(disk);
        }
        catch (BuildException busy) when (busy.Diagnostic.Code == "IMG7121")
        {
            // Another test builds: the next one that ends tries again.
        }
        finally
        {
            turn.Exit();
        }
    }

    static long Used(DriveInfo disk) => disk.TotalSize - disk.TotalFreeSpace;
}

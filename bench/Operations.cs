using System.Diagnostics;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees.Scanning;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Bench;

/// <summary>Single operations of the engine, each the middle of some runs after one that nobody counts.</summary>
static class Operations
{
    const int Runs = 3;

    /// <summary>Scans and hashes a directory of large files.</summary>
    /// <returns>Millions of bytes a second.</returns>
    public static async Task<double> HashAsync(string directory)
    {
        var bytes = Directory.EnumerateFiles(directory).Sum(file => new FileInfo(file).Length);
        return bytes / 1e6 / await ScanAsync(directory);
    }

    /// <summary>Scans and hashes a tree as `imagesdk add` does.</summary>
    /// <returns>Seconds.</returns>
    public static Task<double> ScanAsync(string tree) => MiddleAsync(() => TimeAsync(async () =>
    {
        using var scanner = new DirectoryScanner(tree);
        await scanner.ScanAsync();
    }));

    /// <summary>Indexes and hashes a tree as a stage's layer.</summary>
    /// <returns>Seconds.</returns>
    public static double IndexLayer(string tree) => MiddleAsync(() => TimeAsync(() =>
    {
        LayerScanner.Scan(tree, withRoot: true, CancellationToken.None);
        return Task.CompletedTask;
    })).Result;

    /// <summary>Writes a tree's image into a directory that does not exist, and removes it.</summary>
    /// <returns>Seconds, without the removal.</returns>
    public static async Task<double> UnpackAsync(string tree, string target)
    {
        using var scanner = new DirectoryScanner(tree);
        var fileSystem = await scanner.ScanAsync();
        return await MiddleAsync(async () =>
        {
            Directory.CreateDirectory(target);
            var seconds = await TimeAsync(() => new ImageUnpacker(new SourceFetch(scanner), CancellationToken.None).UnpackAsync(fileSystem, target));
            // Not Directory.Delete, which knows no names that are not UTF-8.
            using var parent = DirectoryHandle.Open(Path.GetDirectoryName(target)!);
            parent.RemoveTree(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(target)));
            return seconds;
        });
    }

    static async Task<double> MiddleAsync(Func<Task<double>> run)
    {
        await run();
        var seconds = new List<double>();
        for (var number = 0; number < Runs; number++)
            seconds.Add(await run());
        return Statistics.Median(seconds);
    }

    static async Task<double> TimeAsync(Func<Task> operation)
    {
        var start = Stopwatch.GetTimestamp();
        await operation();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

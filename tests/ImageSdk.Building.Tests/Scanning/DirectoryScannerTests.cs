using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Building.Tests;

public sealed class DirectoryScannerTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("imagesdk-scan-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    // Sparse: they cost no disk. Of several lengths on both sides of each limit, and enough for all threads to hash side by side.
    void Make(int count, Func<int, long> length)
    {
        for (var number = 0; number < count; number++)
        {
            using var file = File.Create(Path.Combine(root, $"{number:d3}"));
            file.Write(BitConverter.GetBytes(number));
            file.SetLength(length(number));
        }
    }

    Dictionary<string, ObjectHash> Hashes() => Directory.EnumerateFiles(root).ToDictionary(path => Path.GetFileName(path), path =>
    {
        using var file = File.OpenRead(path);
        return new ObjectHash(SHA512.HashData(file));
    });

    public static TheoryData<int, long> Lengths => new()
    {
        { 3, 9 << 20 }, { 16 * Environment.ProcessorCount + 3, 9 << 20 }, { 70, 1 << 20 }, { 70, 3000 },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Files_of_every_length_are_hashed(int count, long length)
    {
        Make(count, number => length - (number % 5 * 4097 % length));
        var expected = Hashes();
        using var scanner = new DirectoryScanner(root);
        var tree = await scanner.ScanAsync();
        Assert.Equal(expected, tree.Root.Entries.ToDictionary(entry => entry.Name.ToString(), entry => ((RegularInode)tree.InodeTable[entry.InodeNumber]).Hash));
        Assert.Equal(expected.Count, scanner.FileCount);
        var layer = LayerScanner.Scan(root, withRoot: false, CancellationToken.None);
        Assert.Equal(expected, layer.Entries.ToDictionary(entry => entry.Path.ToString(), entry => ((RegularInode)entry.Inode!).Hash));
    }

    [Fact]
    public async Task A_scan_that_is_cancelled_ends()
    {
        Make(20, _ => 64 << 20);
        using var cancellation = new CancellationTokenSource();
        using var scanner = new DirectoryScanner(root);
        var scan = scanner.ScanAsync(cancellation: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
    }
}

using ImageSdk.Archives;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Trees.Scanning;

/// <summary>What an image can be made of: a directory tree or a tar file.</summary>
public abstract class TreeSource : IDisposable
{
    private protected TreeSource()
    {
    }

    /// <summary>The contents of the files; good once the tree is read.</summary>
    public abstract IObjectSource Objects { get; }

    /// <summary>Files hashed so far, for progress.</summary>
    public abstract long FileCount { get; }

    /// <param name="path">A directory, or a file whose name is that of a tar file (<see cref="TarFileName"/>).</param>
    /// <param name="filter">Paths to leave out.</param>
    /// <exception cref="IOException">There is no such thing, or it is something else.</exception>
    public static TreeSource Open(string path, Filter? filter)
    {
        if (Directory.Exists(path))
            return new OfDirectory(new DirectoryScanner(path, filter));
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no directory or tar file {path}");
        return TarFileName.FindCompression(path) is { } compression
            ? new OfTar(new TarScanner(path, compression, filter))
            : throw new IOException($"unrecognised image type: {path}: a directory or a tar file ({TarFileName.List}) is needed");
    }

    /// <summary>Reads the tree, once.</summary>
    /// <param name="offer">Gets the objects as they are found; may be null.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ImageFormatException">It cannot be an image.</exception>
    public abstract Task<FileSystem> ReadAsync(Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation);

    public abstract void Dispose();

    sealed class OfDirectory(DirectoryScanner scanner) : TreeSource
    {
        public override IObjectSource Objects => scanner;

        public override long FileCount => scanner.FileCount;

        public override Task<FileSystem> ReadAsync(Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation) =>
            scanner.ScanAsync(offer, cancellation);

        public override void Dispose() => scanner.Dispose();
    }

    sealed class OfTar(TarScanner scanner) : TreeSource
    {
        public override IObjectSource Objects => scanner;

        public override long FileCount => scanner.FileCount;

        public override Task<FileSystem> ReadAsync(Func<OfferedBatch, ValueTask>? offer, CancellationToken cancellation) =>
            Task.Run(() => scanner.ReadAsync(offer, cancellation), cancellation);

        public override void Dispose() => scanner.Dispose();
    }
}

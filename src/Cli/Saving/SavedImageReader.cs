using ImageSdk.Archives;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Saving;

/// <summary>Reads the file of a saved image.</summary>
sealed class SavedImageReader : IObjectSource, IDisposable
{
    const int BatchObjects = 512;
    const ulong BatchBytes = 16 << 20;

    readonly FileStream file;
    readonly Dictionary<ObjectHash, (long Start, long Length)> places = [];

    SavedImageReader(FileStream file, byte[] archive)
    {
        this.file = file;
        Archive = archive;
        Content = ImageArchiveFile.Read(archive);
    }

    /// <summary>As the server signed it.</summary>
    public byte[] Archive { get; }

    public ImageArchive Content { get; }

    /// <exception cref="CommandException">The file is none of a saved image, or cut.</exception>
    public static SavedImageReader Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16 });
            var decoder = new GobDecoder(file);
            var reader = new SavedImageReader(file, decoder.Read(GobTypes.Bytes));
            while (decoder.TryRead(SavedObject.Gob, out var next))
            {
                var start = file.Position;
                if ((ulong)(file.Length - start) < next.Length)
                    throw new EndOfStreamException($"the object {next.Hash} is cut");
                reader.places[next.Hash] = (start, (long)next.Length);
                file.Position = start + (long)next.Length;
            }
            return reader;
        }
        catch (Exception exception) when (exception is GobException or ImageFileException or EndOfStreamException)
        {
            file?.Dispose();
            throw new CommandException(ErrorCode.BadArchive, $"{path} is no readable saved image: {exception.Message}: save it again", exception);
        }
    }

    public Stream OpenRead(ObjectHash hash) => places.TryGetValue(hash, out var place)
        ? new FileRange(file.SafeFileHandle, place.Start, place.Length)
        : throw new FileNotFoundException($"the saved image lacks the object {hash}");

    /// <summary>All objects, in the order of the file.</summary>
    public IEnumerable<OfferedBatch> Batches()
    {
        var batch = new List<OfferedObject>();
        var bytes = 0ul;
        foreach (var (hash, (_, length)) in places)
        {
            if (length == 0)
                continue;
            batch.Add(new(hash, (ulong)length));
            bytes += (ulong)length;
            if (batch.Count < BatchObjects && bytes < BatchBytes)
                continue;
            yield return new(batch);
            batch = [];
            bytes = 0;
        }
        if (batch.Count > 0)
            yield return new(batch);
    }

    public void Dispose() => file.Dispose();
}

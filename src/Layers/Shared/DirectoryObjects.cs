using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Layers.Shared;

/// <summary>
/// The objects of a store to which others write: what is no file is not opened, since a pipe would keep the build waiting and a link would
/// lead elsewhere.
/// </summary>
sealed class DirectoryObjects(ObjectStore store) : IObjectSource
{
    /// <exception cref="ObjectNotFoundException">The store has not got the object.</exception>
    /// <exception cref="InvalidDataException">What has its name is no file.</exception>
    public Stream OpenRead(ObjectHash hash)
    {
        try
        {
            var file = store.OpenHandle(hash);
            if (DirectoryHandle.Stat(file).Kind == FileKind.Regular)
                return new FileStream(file, FileAccess.Read, bufferSize: 0);
            file.Dispose();
        }
        catch (PosixException exception)
        {
            throw new InvalidDataException($"object {hash} cannot be opened: {exception.Message}", exception);
        }
        throw new InvalidDataException($"object {hash} is no file");
    }

    /// <summary>Whether the object is there with the right content.</summary>
    /// <param name="size">Bytes; null for a record.</param>
    public bool IsGood(ObjectHash hash, ulong? size)
    {
        try
        {
            using var file = OpenRead(hash);
            // To read what has another size would take as long as its sender wants.
            if (size is { } known ? (ulong)file.Length != known : file.Length > LayerRecord.MostBytes)
                return false;
        }
        catch (Exception exception) when (exception is ObjectNotFoundException or InvalidDataException)
        {
            return false;
        }
        return store.Verify(hash) == ObjectCondition.Good;
    }
}

namespace ImageSdk.Storage;

/// <summary>A file that is written under a name of its own and vanishes unless it is moved to where it belongs.</summary>
sealed class TemporaryFile : IDisposable
{
    readonly FileStream stream;
    readonly string path;
    bool isGone;

    /// <exception cref="IOException">The name is taken.</exception>
    public TemporaryFile(string path, UnixFileMode mode)
    {
        this.path = path;
        stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = mode,
        });
    }

    public string FilePath => path;

    public Stream Stream => stream;

    public void Write(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

    /// <summary>The last bytes of what was written.</summary>
    public byte[] ReadTail(int length)
    {
        var tail = new byte[length];
        stream.Position = stream.Length - length;
        stream.ReadExactly(tail);
        return tail;
    }

    /// <param name="toDisk">Wait until the content is on the disk.</param>
    public void Flush(bool toDisk) => stream.Flush(toDisk);

    /// <param name="toDisk">Wait until the content is on the disk.</param>
    public void Close(bool toDisk)
    {
        stream.Flush(toDisk);
        stream.Dispose();
    }

    /// <summary>Puts the closed file in the place of whatever is there, in one step.</summary>
    public void MoveTo(string destination)
    {
        File.Move(path, destination, overwrite: true);
        isGone = true;
    }

    /// <summary>Takes the name away; what was linked to it stays.</summary>
    public void Remove()
    {
        File.Delete(path);
        isGone = true;
    }

    public void Dispose()
    {
        // Gone before its lock is, so that the name is never taken for a leftover in between.
        if (!isGone)
            Remove();
        stream.Dispose();
    }
}

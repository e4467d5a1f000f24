using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Storage;

/// <summary>The content of an object on its way to the disk, hashed while it comes. It vanishes unless a batch takes it over.</summary>
public sealed class ObjectSpool : IDisposable
{
    readonly IncrementalHash hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
    readonly IncomingDirectory? directory;
    readonly SafeFileHandle? file;
    readonly int number;
    bool isTaken; // Or gone already.

    /// <param name="directory">Null for a content that is only hashed.</param>
    internal ObjectSpool(IncomingDirectory? directory)
    {
        this.directory = directory;
        file = directory?.CreateFile(out number);
    }

    /// <summary>Whether a batch can take it over; else it is hashed only.</summary>
    public bool IsWritten => directory is not null;

    /// <summary>Bytes so far.</summary>
    public ulong Size { get; private set; }

    /// <exception cref="IOException">The disk is full or broken. What was written vanishes at once, to make room for others.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        hasher.AppendData(bytes);
        try
        {
            if (file is not null)
                SparseWriter.Write(file, bytes, (long)Size);
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
        Size += (ulong)bytes.Length;
    }

    /// <summary>Ends the content.</summary>
    public ObjectHash Finish()
    {
        file?.Dispose();
        return new ObjectHash(hasher.GetHashAndReset());
    }

    internal int Take()
    {
        isTaken = true;
        return number;
    }

    public void Dispose()
    {
        hasher.Dispose();
        file?.Dispose();
        if (directory is null || isTaken)
            return;
        isTaken = true;
        directory.RemoveFile(number);
    }
}

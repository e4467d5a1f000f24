using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// The blocks of a file system inside a file. What is written one block after the other reaches the file in large pieces;
/// reading is for what was there before.
/// </summary>
/// <param name="file">Open for reading and writing; stays open.</param>
/// <param name="offset">Where the file system begins, in bytes.</param>
sealed class BlockDevice(SafeFileHandle file, long offset)
{
    public const int BlockSize = 4096;

    readonly byte[] pending = new byte[1 << 20];
    long pendingStart;
    int pendingLength;

    public void Read(long place, Span<byte> bytes)
    {
        Flush();
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(file, bytes, offset + place);
            if (count == 0)
                throw new InvalidDataException("The file system ends within its own metadata.");
            place += count;
            bytes = bytes[count..];
        }
    }

    public byte[] ReadBlock(long block)
    {
        var bytes = new byte[BlockSize];
        Read(block * BlockSize, bytes);
        return bytes;
    }

    /// <summary>Writes at a place in bytes from the start of the file system.</summary>
    public void Write(long place, ReadOnlySpan<byte> bytes)
    {
        if (pendingLength > 0 && (place != pendingStart + pendingLength || pendingLength + bytes.Length > pending.Length))
            Flush();
        if (bytes.Length > pending.Length)
        {
            RandomAccess.Write(file, bytes, offset + place);
            return;
        }
        if (pendingLength == 0)
            pendingStart = place;
        bytes.CopyTo(pending.AsSpan(pendingLength));
        pendingLength += bytes.Length;
    }

    public void Flush()
    {
        if (pendingLength == 0)
            return;
        RandomAccess.Write(file, pending.AsSpan(0, pendingLength), offset + pendingStart);
        pendingLength = 0;
    }
}

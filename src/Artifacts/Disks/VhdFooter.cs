using System.Buffers.Binary;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The footer of a VHD, in which its writer puts the time and a random identifier: both become those of the artifact.</summary>
/// <remarks>Virtual Hard Disk Image Format Specification 1.0; all numbers big-endian.</remarks>
static class VhdFooter
{
    const int Length = 512;
    const int TimePlace = 24;
    const int TypePlace = 60;
    const int ChecksumPlace = 64;
    const int IdentifierPlace = 68;
    const uint Dynamic = 3;

    /// <summary>2000-01-01, from which the form counts seconds, in seconds since 1970.</summary>
    const long FirstTime = 946_684_800;

    public static void MakeReproducible(string file, FileTime time, Guid identifier)
    {
        using var disk = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        var footer = new byte[Length];
        disk.Position = disk.Length - Length;
        disk.ReadExactly(footer);
        if (!footer.AsSpan().StartsWith("conectix"u8))
            throw new InvalidDataException($"{file} has no footer of a VHD.");
        BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(TimePlace), (uint)Math.Clamp(time.Seconds - FirstTime, 0, uint.MaxValue));
        identifier.ToByteArray(bigEndian: true).CopyTo(footer, IdentifierPlace);
        BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(ChecksumPlace), 0);
        BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(ChecksumPlace), ~footer.Aggregate(0u, (sum, value) => sum + value));
        disk.Position = disk.Length - Length;
        disk.Write(footer);
        if (BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(TypePlace)) != Dynamic)
            return;
        // A dynamic one begins with a copy.
        disk.Position = 0;
        disk.Write(footer);
    }
}

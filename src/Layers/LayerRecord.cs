using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Trees;

namespace ImageSdk.Layers;

/// <summary>
/// All that a layer is but the contents of its files, as one object: they travel beside it by their hashes. The image that
/// holds both in a store refers to this by the hash, so that no bit of it can change unnoticed.
/// </summary>
/// <param name="Id">The layer's own, so that one is never taken for another.</param>
/// <param name="Packages">List of packages of a layer that seals an image; null for others.</param>
/// <param name="IsEmpty">Whether it stands for a stage that changed nothing.</param>
/// <param name="Parts">Ids of the layers that it brings along, the lowest first; they are records of their own.</param>
sealed record LayerRecord(string Id, string Inputs, string Log, string? Packages, bool IsEmpty, IReadOnlyList<string> Parts, LayerIndex Index)
{
    const uint Magic = 0x31524C49; // "ILR1"

    /// <summary>More than a stage makes.</summary>
    const int MostParts = 4096;

    /// <summary>More than a record of ten million names has.</summary>
    public const long MostBytes = 1 << 30;

    /// <exception cref="InvalidDataException">No record has so many bytes.</exception>
    public static void RequireLength(long length)
    {
        if (length > MostBytes)
            throw new InvalidDataException($"its record has {length} bytes");
    }

    public byte[] Write()
    {
        var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Id);
            writer.Write(Inputs);
            writer.Write(Log);
            writer.Write(Packages is not null);
            writer.Write(Packages ?? "");
            writer.Write(IsEmpty);
            writer.Write(Parts.Count);
            foreach (var part in Parts)
                writer.Write(part);
        }
        Index.Write(stream);
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no such record.</exception>
    public static LayerRecord Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt32() != Magic)
                throw new InvalidDataException("not a record of a layer");
            var (id, inputs, log) = (reader.ReadString(), reader.ReadString(), reader.ReadString());
            var hasPackages = reader.ReadBoolean();
            var packages = reader.ReadString();
            var isEmpty = reader.ReadBoolean();
            var parts = ReadParts(reader);
            var record = new LayerRecord(id, inputs, log, hasPackages ? packages : null, isEmpty, parts, LayerIndex.Read(stream));
            foreach (var entry in record.Index.Entries)
                Check(entry);
            return record;
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("record of a layer is cut off or overwritten", exception);
        }
    }

    // Who writes to a shared cache may not be trusted with more than contents.
    static void Check(LayerEntry entry)
    {
        if (entry.Inode is null != (entry.Kind == LayerEntryKind.Whiteout))
            throw new InvalidDataException("record of a layer has entries without content");
        if (entry.Inode is null)
            return;
        if (OverlayAttributes.FindReserved(entry.Inode) is { } attribute)
            throw new InvalidDataException($"record of a layer has an attribute {attribute} at /{entry.Path}");
        if (OverlayAttributes.IsWhiteout(entry.Inode))
            throw new InvalidDataException($"record of a layer has a device 0:0 at /{entry.Path}");
    }

    // They become names of folders.
    static List<string> ReadParts(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count is < 0 or > MostParts)
            throw new InvalidDataException($"record of a layer has {count} parts");
        var parts = new List<string>();
        while (parts.Count < count)
            parts.Add(reader.ReadString() is var part && CacheKey.IsId(part) ? part : throw new InvalidDataException("record of a layer names a part that is none"));
        return parts;
    }
}

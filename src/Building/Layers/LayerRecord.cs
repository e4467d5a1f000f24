using System.Text;

namespace ImageSdk.Building.Layers;

/// <summary>
/// All that a layer is but the contents of its files, as one object: they travel beside it by their hashes. The image that
/// holds both in a store refers to this by the hash, so that no bit of it can change unnoticed.
/// </summary>
/// <param name="Id">The layer's own, so that one is never taken for another.</param>
/// <param name="Packages">List of packages of a layer that seals an image; null for others.</param>
/// <param name="IsEmpty">Whether it stands for a stage that changed nothing.</param>
sealed record LayerRecord(string Id, string Inputs, string Log, string? Packages, bool IsEmpty, LayerIndex Index)
{
    const uint Magic = 0x31524C49; // "ILR1"

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
            var record = new LayerRecord(id, inputs, log, hasPackages ? packages : null, reader.ReadBoolean(), LayerIndex.Read(stream));
            return record.Index.Entries.All(entry => entry.Inode is null == (entry.Kind == LayerEntryKind.Whiteout))
                ? record
                : throw new InvalidDataException("record of a layer has entries without content");
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("record of a layer is cut off or overwritten", exception);
        }
    }
}

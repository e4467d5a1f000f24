using System.Buffers.Binary;
using System.Text;

namespace ImageSdk.Building.Applications;

/// <summary>Which libraries a program or library of the ELF format names (System V ABI, chapters 4 and 5), little-endian.</summary>
static class ElfFile
{
    const int ProgramHeaderLoad = 1, ProgramHeaderDynamic = 2, TagNeeded = 1, TagStringTable = 5;

    public static bool IsElf(ReadOnlySpan<byte> file) => file.StartsWith("\u007FELF"u8) && file.Length >= 64 && file[5] == 1;

    /// <summary>The libraries that the loader brings with it (DT_NEEDED). A file that is cut or wrong has those that can be read.</summary>
    public static IReadOnlyList<string> Needed(ReadOnlySpan<byte> file)
    {
        if (!IsElf(file))
            return [];
        var is64 = file[4] == 2;
        var (table, size, count) = is64
            ? (BinaryPrimitives.ReadUInt64LittleEndian(file[32..]), BinaryPrimitives.ReadUInt16LittleEndian(file[54..]), BinaryPrimitives.ReadUInt16LittleEndian(file[56..]))
            : (BinaryPrimitives.ReadUInt32LittleEndian(file[28..]), BinaryPrimitives.ReadUInt16LittleEndian(file[42..]), BinaryPrimitives.ReadUInt16LittleEndian(file[44..]));
        var loads = new List<(ulong Address, ulong Offset, ulong Size)>();
        var dynamic = ReadOnlySpan<byte>.Empty;
        for (var i = 0; i < count; i++)
        {
            var header = Slice(file, table + (ulong)i * size, size);
            if (header.Length < (is64 ? 56 : 32))
                break;
            var type = BinaryPrimitives.ReadUInt32LittleEndian(header);
            var (offset, address, length) = is64
                ? (Word(header, 8, true), Word(header, 16, true), Word(header, 32, true))
                : (Word(header, 4, false), Word(header, 8, false), Word(header, 16, false));
            if (type == ProgramHeaderLoad)
                loads.Add((address, offset, length));
            else if (type == ProgramHeaderDynamic)
                dynamic = Slice(file, offset, length);
        }
        var names = new List<ulong>();
        ulong? strings = null;
        for (var step = is64 ? 16 : 8; dynamic.Length >= step; dynamic = dynamic[step..])
        {
            var (tag, value) = (Word(dynamic, 0, is64), Word(dynamic, step / 2, is64));
            if (tag == TagNeeded)
                names.Add(value);
            else if (tag == TagStringTable)
                strings = value;
        }
        if (strings is not { } start || loads.Find(load => start >= load.Address && start - load.Address < load.Size) is not { Size: > 0 } segment)
            return [];
        var result = new List<string>();
        foreach (var name in names)
        {
            var text = Slice(file, start - segment.Address + segment.Offset + name, 256);
            if (text.IndexOf((byte)0) is > 0 and var end)
                result.Add(Encoding.UTF8.GetString(text[..end]));
        }
        return result;
    }

    static ulong Word(ReadOnlySpan<byte> bytes, int at, bool is64) =>
        is64 ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> file, ulong offset, ulong length) =>
        offset >= (ulong)file.Length ? [] : file.Slice((int)offset, (int)Math.Min(length, (ulong)file.Length - offset));
}

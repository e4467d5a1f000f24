using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Artifacts.Boot;

/// <summary>
/// A program for UEFI (PE32+), to which sections can be added. It is read without trust: one whose parts do not lie one behind the
/// other from the headers on is refused, as only of those a signature covers every byte. Symbols of debuggers are left out.
/// Layout: Microsoft's PE format specification.
/// </summary>
sealed class PeImage
{
    const int SectionHeaderSize = 40;
    const int MagicPe32Plus = 0x20B;
    const int LeastOptionalHeader = 112 + 5 * 8;      // Five data directories: the fifth is that of signatures.
    const int CertificateDirectory = 112 + 4 * 8;
    const int PageSize = 4096;
    const long Most = 1 << 30;

    // Of a section: initialized data, readable.
    const uint ReadOnlyData = 0x40000040;

    readonly string name;
    readonly byte[] head;
    readonly int optional;
    readonly int sections;
    readonly int fileAlignment;
    readonly int sectionAlignment;
    readonly List<ReadOnlyMemory<byte>> contents = [];
    int count;
    long end;
    long virtualEnd;

    /// <param name="name">Of the file, for messages.</param>
    /// <exception cref="ArtifactException">IMG1701: it is no program for UEFI that can be used.</exception>
    public PeImage(byte[] file, string name)
    {
        this.name = name;
        var start = Number32(file, 0x3C);
        if (file is not [(byte)'M', (byte)'Z', ..] || start > file.Length - 24 || !file.AsSpan((int)start, 4).SequenceEqual("PE\0\0"u8))
            throw Fault("it is no program for UEFI");
        optional = (int)start + 24;
        var optionalSize = Number16(file, (int)start + 20);
        if (optionalSize < LeastOptionalHeader || optional + optionalSize > file.Length || Number16(file, optional) != MagicPe32Plus || Number32(file, optional + 108) < 5)
            throw Fault("it is none for 64-bit machines");
        if (Number32(file, optional + CertificateDirectory) != 0 || Number32(file, optional + CertificateDirectory + 4) != 0)
            throw Fault("it is signed already");
        sections = optional + optionalSize;
        count = Number16(file, (int)start + 6);
        sectionAlignment = Alignment(Number32(file, optional + 32));
        fileAlignment = Alignment(Number32(file, optional + 36));
        var headSize = Number32(file, optional + 60);
        if (count == 0 || headSize > file.Length || sections + (long)count * SectionHeaderSize > headSize || headSize % fileAlignment != 0)
            throw Fault("its headers do not fit");
        head = file[..(int)headSize];
        end = headSize;
        foreach (var place in Enumerable.Range(0, count).Select(index => sections + index * SectionHeaderSize).OrderBy(place => Number32(head, place + 20)))
            Keep(file, place);
        // Symbols, which only debuggers read, lie behind the sections.
        head.AsSpan((int)start + 12, 8).Clear();
        // Zero is for none; firmware does not look at it.
        head.AsSpan(optional + 64, 4).Clear();
    }

    /// <summary>The names of its sections, in the order of their headers.</summary>
    public IEnumerable<string> Sections => Enumerable.Range(0, count)
        .Select(index => Encoding.ASCII.GetString(head, sections + index * SectionHeaderSize, 8).TrimEnd('\0'));

    void Keep(byte[] file, int place)
    {
        var (virtualSize, address, size, offset) = (Number32(head, place + 8), Number32(head, place + 12), Number32(head, place + 16), Number32(head, place + 20));
        virtualEnd = Math.Max(virtualEnd, (long)address + Math.Max(virtualSize, size));
        if (virtualEnd > Most)
            throw Fault("it is too large");
        if (size == 0)
            return;
        if (offset != end || offset + (long)size > file.Length)
            throw Fault("its sections do not lie one behind the other");
        contents.Add(file.AsMemory((int)offset, (int)size));
        end += size;
    }

    /// <summary>Adds a section behind the others.</summary>
    /// <param name="sectionName">Up to 8 letters: ".linux".</param>
    /// <exception cref="ArtifactException">IMG1701: there is no room for it, or one of that name.</exception>
    public void Add(string sectionName, ReadOnlyMemory<byte> content)
    {
        if (Sections.Contains(sectionName))
            throw Fault($"it has a section {sectionName} already");
        var header = sections + count * SectionHeaderSize;
        if (header + SectionHeaderSize > head.Length)
            throw Fault("its headers have no room for more sections");
        var address = RoundUp(virtualEnd, Math.Max(sectionAlignment, PageSize));
        var size = RoundUp(content.Length, fileAlignment);
        if (address + size > Most)
            throw new ArtifactException("IMG1703", $"A unified kernel can have 1 GiB, and with its {sectionName} of {content.Length} bytes this one has more. Make the image's initial file system smaller.");
        var place = head.AsSpan(header, SectionHeaderSize);
        place.Clear();
        Encoding.ASCII.GetBytes(sectionName, place);
        BinaryPrimitives.WriteUInt32LittleEndian(place[8..], (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(place[12..], (uint)address);
        BinaryPrimitives.WriteUInt32LittleEndian(place[16..], (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(place[20..], (uint)end);
        BinaryPrimitives.WriteUInt32LittleEndian(place[36..], ReadOnlyData);
        contents.Add(content);
        if (size > content.Length)
            contents.Add(new byte[size - content.Length]);
        end += size;
        virtualEnd = address + content.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(optional - 18), (ushort)++count);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(optional + 8), (uint)(Number32(head, optional + 8) + size));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(optional + 56), (uint)RoundUp(virtualEnd, sectionAlignment));
    }

    /// <summary>Writes it.</summary>
    /// <param name="key">Signs it; null for no signature.</param>
    public void Write(Stream target, SecureBootKey? key)
    {
        var padding = new byte[RoundUp(end, 8) - end];
        if (key is null)
        {
            target.Write(head);
            foreach (var content in contents)
                target.Write(content.Span);
            return;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // All but the checksum and the place of the signature.
        hash.AppendData(head.AsSpan(0, optional + 64));
        hash.AppendData(head.AsSpan((optional + 68)..(optional + CertificateDirectory)));
        hash.AppendData(head.AsSpan(optional + CertificateDirectory + 8));
        foreach (var content in contents)
            hash.AppendData(content.Span);
        hash.AppendData(padding);
        var signature = Authenticode.Sign(hash.GetHashAndReset(), key);
        var size = (int)RoundUp(8 + signature.Length, 8);
        var table = new byte[size];
        BinaryPrimitives.WriteInt32LittleEndian(table, size);
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(4), 0x0200); // WIN_CERT_REVISION_2_0
        BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(6), 0x0002); // WIN_CERT_TYPE_PKCS_SIGNED_DATA
        signature.CopyTo(table, 8);
        var signedHead = head.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(signedHead.AsSpan(optional + CertificateDirectory), (uint)(end + padding.Length));
        BinaryPrimitives.WriteInt32LittleEndian(signedHead.AsSpan(optional + CertificateDirectory + 4), size);
        target.Write(signedHead);
        foreach (var content in contents)
            target.Write(content.Span);
        target.Write(padding);
        target.Write(table);
    }

    int Alignment(uint value) => value is >= 1 and <= 1 << 20 && BitOperations.IsPow2(value) ? (int)value : throw Fault("its alignment is none");

    ArtifactException Fault(string what) => new("IMG1701", $"{name} can't be used to start a machine: {what}. Install the package systemd-boot-efi again, of Debian 12 or later.");

    uint Number32(byte[] bytes, int place) => place + 4 <= bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place)) : throw Fault("it is cut off");

    ushort Number16(byte[] bytes, int place) => place + 2 <= bytes.Length ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(place)) : throw Fault("it is cut off");

    static long RoundUp(long size, long unit) => (size + unit - 1) / unit * unit;
}

using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>
/// Shows without much reading whether a layer is still what was made: when the kernel last saw a change (ctime, which no program can
/// set) of all its directories, of its set-uid files and of a sample of the others, a few of which are hashed as well. Names that
/// came or went show in their directory; another content of a file shows where the file is in the sample, and to
/// <see cref="LayerVerifier"/> in any case.
/// </summary>
/// <remarks>A cache that was copied or unpacked has other ctimes. It is not damaged: who finds a difference has the layer verified.</remarks>
static class LayerSeal
{
    const uint Magic = 0x31534C49; // "ILS1"

    /// <summary>So many directories are noted at most: a random choice of them where there are more.</summary>
    const int MostDirectories = 4096;

    const int SampledFiles = 64;
    const int HashedFiles = 2;
    const ulong MostHashedBytes = 1 << 16;
    const uint SetIds = 0xC00;

    /// <param name="Path">From the layer's folder.</param>
    readonly record struct Note(byte[] Path, ulong Inode, ulong Size, PosixTime Ctime, ObjectHash? Hash);

    static string FileOf(string layerDirectory) => Path.Combine(layerDirectory, "seal");

    /// <summary>Notes how a layer's files are now. Its tree does not move against its folder any more.</summary>
    public static void Write(string layerDirectory, LayerIndex index)
    {
        using var folder = DirectoryHandle.Open(layerDirectory);
        var notes = Choose(index).Select(chosen => Take(folder, chosen.Path, chosen.Hash)).ToList();
        AtomicFile.Write(FileOf(layerDirectory), stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(Magic);
            writer.Write(notes.Count);
            foreach (var note in notes)
                Write(writer, note);
            writer.Write(Magic);
        });
    }

    static IEnumerable<(byte[] Path, ObjectHash? Hash)> Choose(LayerIndex index)
    {
        yield return ("index"u8.ToArray(), null);
        yield return ("t"u8.ToArray(), null);
        var (directories, special, others) = (new List<LayerEntry>(), new List<LayerEntry>(), new List<LayerEntry>());
        foreach (var entry in index.Entries)
        {
            if (entry.Path.IsEmpty)
                continue;
            if (entry.Inode is DirectoryInode)
                directories.Add(entry);
            else if (entry.Inode is RegularInode file)
                ((file.Mode & SetIds) != 0 ? special : others).Add(entry);
        }
        foreach (var entry in Sample(directories, MostDirectories).Concat(special).Concat(Sample(others, SampledFiles)))
            yield return ([.. "t/"u8, .. entry.Path.Span], entry.Inode is RegularInode { Size: > 0 and <= MostHashedBytes } file ? file.Hash : null);
    }

    // There is no knowing beforehand which files are looked at.
    static IEnumerable<LayerEntry> Sample(List<LayerEntry> entries, int most) =>
        entries.Count <= most ? entries : Random.Shared.GetItems(entries.ToArray(), most);

    static Note Take(DirectoryHandle folder, byte[] path, ObjectHash? hash)
    {
        var status = folder.Stat(path);
        return new(path, status.Inode, SizeOf(status), status.Ctime, hash);
    }

    // A directory's size is its file system's affair.
    static ulong SizeOf(FileStatus status) => status.Kind == FileKind.Regular ? status.Size : 0;

    static void Write(BinaryWriter writer, Note note)
    {
        writer.Write7BitEncodedInt(note.Path.Length);
        writer.Write(note.Path);
        writer.Write(note.Inode);
        writer.Write(note.Size);
        writer.Write(note.Ctime.Seconds);
        writer.Write(note.Ctime.Nanoseconds);
        writer.Write(note.Hash is not null);
        if (note.Hash is { } hash)
            writer.Write(hash.Span);
    }

    /// <summary>Whether a layer has all that its seal notes as it was.</summary>
    /// <returns>False also where there is no seal, or none that can be read.</returns>
    public static bool Holds(string layerDirectory)
    {
        try
        {
            var notes = Read(File.ReadAllBytes(FileOf(layerDirectory)));
            using var folder = DirectoryHandle.Open(layerDirectory);
            foreach (var note in notes)
                if (folder.TryStat(note.Path) is not { } status || (status.Inode, SizeOf(status), status.Ctime) != (note.Inode, note.Size, note.Ctime))
                    return false;
            var hashed = notes.Where(note => note.Hash is not null).ToArray();
            return hashed.Length == 0 || Random.Shared.GetItems(hashed, HashedFiles).All(note => HasHash(folder, note));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    static bool HasHash(DirectoryHandle folder, Note note)
    {
        using var file = folder.OpenBeneath(note.Path);
        var content = new byte[note.Size];
        return file.Read(content) == content.Length && ObjectHash.Of(content) == note.Hash;
    }

    static List<Note> Read(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
            if (reader.ReadUInt32() != Magic)
                throw new InvalidDataException("not a seal");
            var notes = new List<Note>();
            for (var count = reader.ReadInt32(); notes.Count < count;)
                notes.Add(new(
                    reader.ReadBytes(reader.Read7BitEncodedInt()), reader.ReadUInt64(), reader.ReadUInt64(), new(reader.ReadInt64(), reader.ReadInt32()),
                    reader.ReadBoolean() ? new ObjectHash(reader.ReadBytes(ObjectHash.Size)) : null));
            return reader.ReadUInt32() == Magic ? notes : throw new InvalidDataException("seal is cut off");
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("seal is cut off or overwritten", exception);
        }
    }
}

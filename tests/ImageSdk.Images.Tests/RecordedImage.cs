using System.Globalization;
using System.Text.Json;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

/// <summary>Builds the file system of a recorded image from its JSON form, without the image codec.</summary>
static class RecordedImage
{
    public static FileSystem ReadFileSystem(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.Root!, "ondisk", name)));
        var recorded = document.RootElement.GetProperty("FileSystem");
        var table = new Dictionary<ulong, Inode>();
        foreach (var pair in recorded.GetProperty("InodeTable").GetProperty("$map").EnumerateArray())
        {
            var typed = pair.GetProperty("value");
            table[Number(pair, "key")] = ReadInode(typed.GetProperty("$type").GetString()!, typed.GetProperty("$value"));
        }
        return new FileSystem
        {
            Root = ReadDirectory(recorded.GetProperty("DirectoryInode")),
            InodeTable = table,
            DirectoryCount = Number(recorded, "DirectoryCount"),
            RegularInodeCount = Number(recorded, "NumRegularInodes"),
            TotalDataBytes = Number(recorded, "TotalDataBytes"),
        };
    }

    static Inode ReadInode(string type, JsonElement value) => type switch
    {
        "*filesystem.DirectoryInode" => ReadDirectory(value),
        "*filesystem.RegularInode" => new RegularInode
        {
            Mode = value.GetProperty("Mode").GetUInt32(),
            Uid = value.GetProperty("Uid").GetUInt32(),
            Gid = value.GetProperty("Gid").GetUInt32(),
            Size = Number(value, "Size"),
            Mtime = ReadTime(value),
            Hash = ObjectHash.TryParse(value.GetProperty("Hash").GetString(), out var hash) ? hash : throw new FormatException(),
        },
        "*filesystem.SpecialInode" => new SpecialInode
        {
            Mode = value.GetProperty("Mode").GetUInt32(),
            Uid = value.GetProperty("Uid").GetUInt32(),
            Gid = value.GetProperty("Gid").GetUInt32(),
            Rdev = Number(value, "Rdev"),
            Mtime = ReadTime(value),
        },
        "*filesystem.SymlinkInode" => new SymlinkInode
        {
            Uid = value.GetProperty("Uid").GetUInt32(),
            Gid = value.GetProperty("Gid").GetUInt32(),
            Target = value.GetProperty("Symlink").GetString()!,
        },
        _ => throw new FormatException(type),
    };

    static DirectoryInode ReadDirectory(JsonElement value) => new()
    {
        Mode = value.GetProperty("Mode").GetUInt32(),
        Uid = value.GetProperty("Uid").GetUInt32(),
        Gid = value.GetProperty("Gid").GetUInt32(),
        Entries = value.GetProperty("EntryList") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(entry =>
                new DirectoryEntry(ReadName(entry.GetProperty("Name")), Number(entry, "InodeNumber"))).ToArray()
            : [],
    };

    static ByteString ReadName(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : new ByteString(Convert.FromHexString(value.GetProperty("stringhex").GetString()!));

    static FileTime ReadTime(JsonElement value) => new(
        long.Parse(value.GetProperty("MtimeSeconds").GetString()!, CultureInfo.InvariantCulture),
        value.GetProperty("MtimeNanoSeconds").GetInt32());

    static ulong Number(JsonElement value, string name) =>
        ulong.Parse(value.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}

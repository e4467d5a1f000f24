using System.Text;
using System.Text.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>A path whose content a file generator makes for each machine.</summary>
/// <param name="Filename">Rooted ("/etc/fstab").</param>
/// <param name="Source">The generator, as host:port.</param>
public sealed record ComputedFile(ByteString Filename, string Source)
{
    static readonly string[] MemberNames = ["Filename", "Source"];

    /// <summary>Reads "path source" lines; empty lines and lines that start with "#" do not count.</summary>
    /// <exception cref="LineFormatException">A line has not two fields.</exception>
    public static IReadOnlyList<ComputedFile> ParseLines(string text)
    {
        var files = new List<ComputedFile>();
        foreach (var (number, line) in TextLines.Read(text))
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 2)
                throw new LineFormatException(number, $"a path and its source (host:port) with a blank between were expected; found {(fields.Length == 1 ? "one word" : $"{fields.Length} words")}: {line}");
            files.Add(new(fields[0], fields[1]));
        }
        return files;
    }

    /// <summary>Reads a JSON list of {Filename, Source}, with comment lines.</summary>
    /// <param name="misnamed">Told of members with names that are not known but near to one that is.</param>
    /// <exception cref="JsonException">The text is not JSON, or a member has the wrong type.</exception>
    public static IReadOnlyList<ComputedFile> ParseJson(string json, Action<MisnamedMember>? misnamed = null) =>
        CommentedJson.Parse(json).ReadList("the list of computed files")
            .Select(element => element.ReadMembers("a computed file", MemberNames, misnamed))
            .Select(members => new ComputedFile(
                members.GetValueOrDefault("Filename")?.ReadText("Filename") ?? "", members.GetValueOrDefault("Source")?.ReadText("Source") ?? ""))
            .ToArray();

    /// <summary>Writes a JSON list, four blanks a level.</summary>
    public static string ToJson(IReadOnlyCollection<ComputedFile> files)
    {
        if (files.Count == 0)
            return "[]\n";
        var json = new StringBuilder("[");
        foreach (var file in files)
        {
            json.Append(json.Length > 1 ? ",\n    {\n        \"Filename\": " : "\n    {\n        \"Filename\": ")
                .AppendQuoted(file.Filename.ToString()).Append(",\n        \"Source\": ")
                .AppendQuoted(file.Source).Append("\n    }");
        }
        return json.Append("\n]\n").ToString();
    }

    /// <summary>The union by path, bytewise sorted; a later list's source wins.</summary>
    public static IReadOnlyList<ComputedFile> Merge(params IEnumerable<IEnumerable<ComputedFile>> lists)
    {
        var merged = new SortedDictionary<ByteString, ComputedFile>();
        foreach (var file in lists.SelectMany(list => list))
            merged[file.Filename] = file;
        return merged.Values.ToArray();
    }

    /// <summary>The computed files of a file system, in the order of the walk.</summary>
    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    public static IReadOnlyList<ComputedFile> List(FileSystem fileSystem) =>
        [.. fileSystem.Walk().Where(entry => entry.Inode is ComputedInode)
            .Select(entry => new ComputedFile(entry.Path, ((ComputedInode)entry.Inode).Source))];

    /// <summary>
    /// A file system in which the regular files at these paths are computed, with the mode and owner they had. A file
    /// that is computed already gets the new source.
    /// </summary>
    /// <exception cref="ImageFormatException">A path is missing, has hard links or is no file.</exception>
    public static FileSystem Splice(FileSystem fileSystem, IReadOnlyCollection<ComputedFile> files)
    {
        if (files.Count == 0)
            return fileSystem;
        var index = fileSystem.Index;
        var table = new Dictionary<ulong, Inode>(fileSystem.InodeTable);
        foreach (var file in files)
        {
            if (!index.TryFind(file.Filename, out var entry) || entry.InodeNumber is not { } number)
                throw new ImageFormatException(file.Filename, "missing from image");
            var names = index.CountLinks(number);
            if (names != 1)
                throw new ImageFormatException(file.Filename, $"multiple inodes: {names}");
            table[number] = table[number] switch
            {
                ComputedInode computed => computed with { Source = file.Source },
                RegularInode regular => new ComputedInode
                {
                    Mode = regular.Mode,
                    Uid = regular.Uid,
                    Gid = regular.Gid,
                    ExtendedAttributes = regular.ExtendedAttributes,
                    Source = file.Source,
                },
                var other => throw new ImageFormatException(file.Filename, $"type: {other.TypeName} is not a regular inode"),
            };
        }
        return FileSystem.Create(fileSystem.Root, table);
    }
}

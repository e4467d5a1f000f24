using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Manifests;
using ImageSdk.Posix;

namespace ImageSdk.Building.Stages;

/// <summary>
/// Writes down what a stage reads, a line each: the text is hashed into the stage's key, and tells a person why a stage
/// ran again. Times of files do not count, owners neither: neither reaches the image.
/// </summary>
sealed class InputsWriter(DigestCache digests)
{
    readonly StringBuilder text = new();

    public bool IsEmpty => text.Length == 0;

    public override string ToString() => text.ToString();

    public void Line(string kind, params ReadOnlySpan<string> values)
    {
        text.Append(kind);
        foreach (var value in values)
            text.Append(' ').Append(Escape(Encoding.UTF8.GetBytes(value)));
        text.Append('\n');
    }

    public void File(string kind, string file) => ManifestText.Reading(file, () => Write(kind, file));

    bool Write(string kind, string file)
    {
        using var directory = DirectoryHandle.Open(Path.GetDirectoryName(file)!);
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(file));
        // A link stands for the file that it leads to.
        var resolved = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        if (resolved is not null)
        {
            using var target = DirectoryHandle.Open(Path.GetDirectoryName(resolved)!);
            Entry(kind, target, Encoding.UTF8.GetBytes(Path.GetFileName(resolved)), name);
        }
        else
            Entry(kind, directory, name, name);
        return true;
    }

    public void Tree(string kind, string directory) => Tree(kind, directory, digests.Hash);

    /// <summary>A tree of templates. What they come to counts, not what they are made of: a variable matters to the files that show it.</summary>
    public void TemplatedTree(string directory, IReadOnlyDictionary<string, string> variables) =>
        Tree("templated", directory, (folder, name, status) =>
        {
            var file = Path.Join(folder.Path, Encoding.UTF8.GetString(name));
            var bytes = name.ToArray();
            return Convert.ToHexStringLower(SHA256.HashData(TemplatedFile.Render(file, status.Size, () => folder.OpenRead(bytes), variables, missing: null)));
        });

    void Tree(string kind, string directory, ContentHash hash)
    {
        Line(kind);
        ManifestText.Reading(directory, () =>
        {
            using var handle = DirectoryHandle.Open(directory);
            Tree(handle, [], hash);
            return true;
        });
    }

    delegate string ContentHash(DirectoryHandle directory, ReadOnlySpan<byte> name, FileStatus status);

    void Tree(DirectoryHandle directory, byte[] path, ContentHash hash)
    {
        foreach (var name in directory.ReadNames())
        {
            byte[] childPath = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            var status = Entry("", directory, name, childPath, hash);
            if (status.Kind != FileKind.Directory)
                continue;
            using var child = directory.OpenDirectory(name);
            Tree(child, childPath, hash);
        }
    }

    FileStatus Entry(string kind, DirectoryHandle directory, byte[] name, byte[] shown, ContentHash? hash = null)
    {
        var status = directory.Stat(name);
        var what = status.Kind switch
        {
            FileKind.Directory => "d",
            FileKind.Symlink => $"l {Escape(directory.ReadLink(name))}",
            FileKind.Regular => $"f {Convert.ToString(status.Permissions & 0x1FF, 8)} {(hash ?? digests.Hash)(directory, name, status)}",
            _ => $"? {status.Kind}",
        };
        text.Append(kind).Append(' ').Append(what).Append(' ').Append(Escape(shown));
        foreach (var (attribute, value) in directory.ReadAttributes(name))
            if (OverlayAttributes.BelongsToImage(attribute))
                text.Append(' ').Append(Escape(attribute)).Append('=').Append(Convert.ToHexStringLower(value));
        text.Append('\n');
        return status;
    }

    /// <summary>Keeps one entry a line and every byte visible, whatever a file is called.</summary>
    static string Escape(ReadOnlySpan<byte> bytes)
    {
        var escaped = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            if (value is > 0x20 and < 0x7F and not (byte)'%')
                escaped.Append((char)value);
            else
                escaped.Append('%').Append(value.ToString("X2"));
        }
        return escaped.ToString();
    }
}

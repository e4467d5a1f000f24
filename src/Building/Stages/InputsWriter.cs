using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;
using ImageSdk.Trees.Templates;

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
        {
            text.Append(' ');
            Escape(Encoding.UTF8.GetBytes(value));
        }
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

    /// <param name="target">The directory of the image below which the tree goes; empty for its root.</param>
    public void Tree(string kind, string directory, string target = "") => Tree(kind, directory, target, digests.Digest);

    /// <summary>A tree of templates. What they come to counts, not what they are made of: a variable matters to the files that show it.</summary>
    public void TemplatedTree(string directory, string target, IReadOnlyDictionary<string, string> variables) =>
        Tree("templated", directory, target, (folder, name, status, hash) =>
        {
            var file = Path.Join(folder.Path, Encoding.UTF8.GetString(name));
            var bytes = name.ToArray();
            SHA256.HashData(TemplatedFile.Render(file, status.Size, () => folder.OpenRead(bytes), variables, missing: null), hash);
            return true;
        });

    void Tree(string kind, string directory, string target, ContentDigest digest)
    {
        if (target.Length == 0)
            Line(kind);
        else
            Line(kind, target);
        ManifestText.Reading(directory, () =>
        {
            using var handle = DirectoryHandle.Open(directory);
            Tree(handle, [], digest);
            return true;
        });
    }

    /// <summary>Gives the SHA-256 that stands for a file's content, and says whether the file may have extended attributes.</summary>
    delegate bool ContentDigest(DirectoryHandle directory, ReadOnlySpan<byte> name, FileStatus status, Span<byte> hash);

    void Tree(DirectoryHandle directory, byte[] path, ContentDigest digest)
    {
        foreach (var name in directory.ReadNames())
        {
            byte[] childPath = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            var status = Entry("", directory, name, childPath, digest);
            if (status.Kind != FileKind.Directory)
                continue;
            using var child = directory.OpenDirectory(name);
            Tree(child, childPath, digest);
        }
    }

    FileStatus Entry(string kind, DirectoryHandle directory, byte[] name, byte[] shown, ContentDigest? digest = null)
    {
        var status = directory.Stat(name);
        text.Append(kind);
        var mayHaveAttributes = true;
        switch (status.Kind)
        {
            case FileKind.Directory:
                text.Append(" d ");
                break;
            case FileKind.Symlink:
                text.Append(" l ");
                Escape(directory.ReadLink(name));
                text.Append(' ');
                break;
            case FileKind.Regular:
                mayHaveAttributes = AppendFile(directory, name, status, digest ?? digests.Digest);
                break;
            default:
                text.Append(" ? ").Append(status.Kind).Append(' ');
                break;
        }
        Escape(shown);
        if (mayHaveAttributes)
            AppendAttributes(directory, name);
        text.Append('\n');
        return status;
    }

    /// <returns>Whether the file may have extended attributes.</returns>
    bool AppendFile(DirectoryHandle directory, byte[] name, FileStatus status, ContentDigest digest)
    {
        Span<byte> hash = stackalloc byte[32];
        Span<char> digits = stackalloc char[64];
        var mayHaveAttributes = digest(directory, name, status, hash);
        Convert.TryToHexStringLower(hash, digits, out _);
        text.Append(" f ").Append(Convert.ToString(status.Permissions & Permissions.All, 8)).Append(' ').Append(digits).Append(' ');
        return mayHaveAttributes;
    }

    void AppendAttributes(DirectoryHandle directory, byte[] name)
    {
        foreach (var (attribute, value) in directory.ReadAttributes(name))
        {
            if (!OverlayAttributes.BelongsToImage(attribute))
                continue;
            text.Append(' ');
            Escape(attribute);
            text.Append('=').Append(Convert.ToHexStringLower(value));
        }
    }

    /// <summary>Keeps one entry a line and every byte visible, whatever a file is called.</summary>
    void Escape(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is > 0x20 and < 0x7F and not (byte)'%')
                text.Append((char)value);
            else
                text.Append('%').Append(value.ToString("X2"));
        }
    }
}

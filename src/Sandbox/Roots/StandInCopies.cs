using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// Copies that a command made of a program's stand-in (<see cref="CoveredProgram"/>) while the program itself was not to be seen: what they
/// copied they meant to be the program. The hashes of a layer's files tell them, so that no file is read for it where there is none.
/// </summary>
static class StandInCopies
{
    /// <summary>Gives copies of stand-ins the content of their programs.</summary>
    /// <param name="upper">The tree of the layer.</param>
    /// <param name="below">The trees below it, the lowest first.</param>
    /// <returns>The index with what has changed.</returns>
    /// <exception cref="BuildException">The program is gone (IMG3300).</exception>
    public static LayerIndex Replace(LayerIndex index, string upper, IReadOnlyList<string> below, IReadOnlyList<CoveredProgram> programs)
    {
        foreach (var program in programs)
            if (index.Entries.Any(entry => IsCopy(entry, program)))
                index = Replace(index, upper, below, program);
        return index;
    }

    // Few files have that length, and fewer the hash.
    static bool IsCopy(LayerEntry entry, CoveredProgram program) =>
        entry.Inode is RegularInode file && file.Size == (ulong)program.Content.Length && file.Hash == program.ContentHash;

    static LayerIndex Replace(LayerIndex index, string upper, IReadOnlyList<string> below, CoveredProgram program)
    {
        var content = below.Append(upper).Reverse().Select(tree => Read(tree, program)).FirstOrDefault(found => found is not null)
            ?? throw new BuildException("IMG3300",
                $"A command copied {program.Name} to /{index.Entries.First(entry => IsCopy(entry, program)).Path}, and then {program.Name} was removed. While commands run, another program stands in for it, "
                + "which is no use in an image. Have the command move it instead (mv), or take it from its package.");
        var hash = ObjectHash.Of(content);
        using var tree = DirectoryHandle.Open(upper);
        foreach (var entry in index.Entries.Where(entry => IsCopy(entry, program)))
            Write(tree, entry, content);
        return new([.. index.Entries.Select(entry => IsCopy(entry, program)
            ? entry with { Inode = (RegularInode)entry.Inode! with { Size = (ulong)content.Length, Hash = hash } }
            : entry)]);
    }

    /// <summary>The program as a tree has it; null where it has none.</summary>
    static byte[]? Read(string tree, CoveredProgram program)
    {
        using var root = DirectoryHandle.Open(tree);
        foreach (var directory in CoveredProgram.Directories)
        {
            var path = Encoding.UTF8.GetBytes($"{directory}/{program.Name}");
            if (root.StatInRoot(path) is not { Kind: FileKind.Regular })
                continue;
            using var parent = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(directory));
            using var file = parent.OpenRead(Encoding.UTF8.GetBytes(program.Name));
            var content = new byte[file.Length];
            file.ReadExactly(content);
            if (!content.AsSpan().SequenceEqual(program.Content))
                return content;
        }
        return null;
    }

    // Owner, permissions and time are what the command gave the copy.
    static void Write(DirectoryHandle tree, LayerEntry entry, byte[] content)
    {
        var path = entry.Path.Span.ToArray();
        var time = ((RegularInode)entry.Inode!).Mtime;
        using (var file = tree.OpenWriteInRoot(path))
            file.Write(content);
        using var parent = tree.OpenDirectoryInRoot(BytePath.ParentOf(path) is { Length: > 0 } above ? above : "."u8.ToArray());
        parent.SetTimes(BytePath.NameOf(path), new(time.Seconds, time.Nanoseconds));
    }
}

using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// The place beside an artifact's own where it is written, so that no half-written one is ever seen. Disposing it removes what is there.
/// </summary>
sealed class UnfinishedArtifact : IDisposable
{
    readonly DirectoryHandle directory;
    readonly byte[] name;
    readonly byte[] unfinished;
    readonly byte[] replaced;

    /// <param name="path">Of the artifact; its folder is there.</param>
    public UnfinishedArtifact(string path)
    {
        var (parent, file) = (System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileName(path));
        Path = System.IO.Path.Combine(parent, $".{file}~");
        name = Encoding.UTF8.GetBytes(file);
        unfinished = Encoding.UTF8.GetBytes($".{file}~");
        replaced = Encoding.UTF8.GetBytes($".{file}~~");
        directory = DirectoryHandle.Open(parent);
        directory.RemoveTree(unfinished); // Left by a worker that was killed.
        directory.RemoveTree(replaced);
    }

    public string Path { get; }

    /// <summary>Puts it into the artifact's place.</summary>
    public void Finish()
    {
        // A folder cannot be renamed over another one, nor a file over a folder.
        if (directory.TryStat(name) is { Kind: FileKind.Directory })
            directory.Rename(name, replaced);
        directory.Rename(unfinished, name);
        directory.RemoveTree(replaced);
    }

    public void Dispose()
    {
        directory.RemoveTree(unfinished);
        directory.Dispose();
    }
}

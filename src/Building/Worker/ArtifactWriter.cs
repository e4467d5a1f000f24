using System.Text;
using ImageSdk.Artifacts;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Scanning;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Has a format write an artifact beside the place where it goes, and moves it there: nobody sees one by halves. Extra trees are
/// copied into the root first; they are in the artifact's tree as well.
/// </summary>
sealed class ArtifactWriter(WorkerSession session)
{
    public void Write(MakeArtifactRequest request)
    {
        var image = ImageRecord.Read(request.ImageFile);
        var format = ArtifactFormats.Find(request.Format);
        using var root = new StageRoot(session, request.Layers);
        var tree = request.ExtraTrees.Count == 0 ? image.FileSystem! : AddExtra(root, request.ExtraTrees, image.FileSystem!);
        var scratch = session.NextRootDirectory();
        var (parent, name) = (Path.GetDirectoryName(request.OutputPath)!, Path.GetFileName(request.OutputPath));
        var unfinished = $".{name}~";
        using var output = DirectoryHandle.Open(parent);
        output.RemoveTree(Bytes(unfinished)); // Left by a worker that was killed.
        try
        {
            format.Write(new ArtifactContext
            {
                Root = root.RootPath,
                Tree = ArtifactTimes.Apply(tree, request.Epoch),
                Tags = image.Tags ?? new Dictionary<string, string>(),
                Packages = image.Packages,
                Name = request.Name,
                Stream = request.Stream,
                Architecture = request.Architecture,
                Epoch = request.Epoch,
                TreeHash = TreeHash.Compute(tree).ToString(),
                Settings = ArtifactSettings.Read(format, request.Settings),
                OutputPath = Path.Combine(parent, unfinished),
                ScratchDirectory = scratch,
                Tools = new HostToolRunner(session.Listener.Output, session.Cancellation),
                Progress = session.Listener.Progress,
                Cancellation = session.Cancellation,
            });
            session.Cancellation.ThrowIfCancellationRequested();
            Replace(output, Bytes(unfinished), Bytes(name));
        }
        finally
        {
            output.RemoveTree(Bytes(unfinished));
            using var sessions = DirectoryHandle.Open(session.Directory);
            sessions.RemoveTree(Bytes(Path.GetFileName(scratch)));
        }
    }

    /// <summary>Removes artifacts that are folders; here, because their files may belong to ids that only the worker has.</summary>
    public static void Remove(RemoveArtifactsRequest request)
    {
        foreach (var path in request.Paths.Where(Directory.Exists))
        {
            using var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            parent.RemoveTree(Bytes(Path.GetFileName(path)));
        }
    }

    FileSystem AddExtra(StageRoot root, IReadOnlyList<string> trees, FileSystem tree)
    {
        using (var handle = root.Open())
            foreach (var directory in trees)
                new TreeCopier(handle, directory, append: false, session.Cancellation).Copy(directory, "");
        var layers = LayerTree.From(tree);
        layers.Apply(LayerScanner.Scan(root.Upper, withRoot: true, session.Cancellation));
        return layers.ToFileSystem(latest: null);
    }

    // A folder cannot be renamed over another one.
    static void Replace(DirectoryHandle directory, byte[] from, byte[] to)
    {
        byte[] old = [.. from, (byte)'~'];
        directory.RemoveTree(old);
        if (directory.TryStat(to) is { Kind: FileKind.Directory })
            directory.Rename(to, old);
        directory.Rename(from, to);
        directory.RemoveTree(old);
    }

    static byte[] Bytes(string name) => Encoding.UTF8.GetBytes(name);
}

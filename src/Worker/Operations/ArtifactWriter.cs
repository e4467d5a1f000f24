using System.Text;
using ImageSdk.Archives;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.DiskImages;
using ImageSdk.DiskImages.Unpacking;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Has a format write an artifact beside the place where it goes, and moves it there: no half-written one is ever seen. Extra trees are
/// copied into the root first; they are in the artifact's tree as well.
/// </summary>
sealed class ArtifactWriter(WorkerSession session)
{
    public void Write(MakeArtifactRequest request)
    {
        session.Listener.Progress($"Making {Path.GetFileName(request.OutputPath)}");
        var image = ImageRecord.Read(request.ImageFile);
        var format = ArtifactFormats.Find(request.Format);
        var epoch = request.Epoch ?? ArtifactTimes.NewestOf(image.FileSystem!);
        using var root = new StageRoot(session, request.Layers);
        var tree = request.ExtraTrees.Count == 0 ? image.FileSystem! : AddExtra(root, request.ExtraTrees, image.FileSystem!);
        var scratch = session.NextRootDirectory();
        using var output = new UnfinishedArtifact(request.OutputPath);
        try
        {
            WithSource(request, scratch, source => format.Write(new ArtifactContext
            {
                Root = root.RootPath,
                Tree = ArtifactTimes.Apply(tree, epoch),
                Tags = image.Tags ?? new Dictionary<string, string>(),
                Packages = image.Packages,
                Name = request.Name,
                Stream = request.Stream,
                Architecture = request.Architecture,
                Epoch = epoch,
                TreeHash = request.ExtraTrees.Count == 0 ? request.TreeHash : TreeHash.Compute(tree).ToString(),
                Settings = format.ReadSettings(request.Settings),
                OutputPath = output.Path,
                ScratchDirectory = scratch,
                Tools = new HostToolRunner(session.Listener.Output, session.Cancellation),
                Progress = session.Listener.Progress,
                Warn = (code, message) => session.Listener.Report(new(DiagnosticSeverity.Warning, code, message, request.File, request.Line)),
                Cancellation = session.Cancellation,
                Source = source,
            }));
            session.Cancellation.ThrowIfCancellationRequested();
            output.Finish();
        }
        finally
        {
            using var sessions = DirectoryHandle.Open(session.Directory);
            sessions.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(scratch)));
        }
    }

    void WithSource(MakeArtifactRequest request, string scratch, Action<ISourceDisk?> write)
    {
        if (request is not { SourceFile: { } file, Source: { } name })
        {
            write(null);
            return;
        }
        try
        {
            new DiskImageUnpacker(scratch, ExpansionLimit.Of(request.Limits), session.Cancellation).UseDisk(file, disk => write(new RepackedSource(disk, name, session.Cancellation)));
        }
        catch (DiskImageException exception)
        {
            throw RepackedSource.Unreadable(name, exception);
        }
    }

    FileSystem AddExtra(StageRoot root, IReadOnlyList<string> trees, FileSystem tree)
    {
        using (var handle = root.Open())
            foreach (var directory in trees)
                new TreeCopier(handle, directory, ProjectTreeUse.Copy, session.Cancellation).Copy(directory, "");
        var layers = LayerTree.From(tree);
        layers.Apply(LayerScanner.Scan(root.Upper, withRoot: true, session.Cancellation));
        return layers.ToFileSystem(latest: null);
    }
}

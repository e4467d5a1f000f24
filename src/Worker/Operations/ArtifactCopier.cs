using System.Text;
using ImageSdk.Artifacts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>Copies and removes artifacts that are there; here, because the files of a folder may belong to ids that only the worker has.</summary>
sealed class ArtifactCopier(WorkerSession session)
{
    static readonly HostTool Copier = new("cp", "coreutils");

    public void Copy(CopyArtifactsRequest request)
    {
        var tools = new HostToolRunner(session.Listener.Output, session.Cancellation);
        foreach (var path in request.Paths)
        {
            var target = Path.Combine(request.Directory, Path.GetFileName(path));
            if (IsSameFile(new FileInfo(path), new FileInfo(target)))
                continue;
            using var output = new UnfinishedArtifact(target);
            // Holes of disks stay holes, and where the file system can share blocks none is copied.
            tools.Run(Copier, ["--archive", "--reflink=auto", "--sparse=auto", "--", path, output.Path]);
            output.Finish();
        }
    }

    static bool IsSameFile(FileInfo left, FileInfo right) =>
        left.Exists && right.Exists && left.Length == right.Length && left.LastWriteTimeUtc == right.LastWriteTimeUtc;

    public static void Remove(RemoveArtifactsRequest request)
    {
        foreach (var path in request.Paths.Where(Directory.Exists))
        {
            using var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        }
    }
}

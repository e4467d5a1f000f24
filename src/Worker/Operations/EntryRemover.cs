using System.Text;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Removes layers and other entries from the cache. Each leaves it by one rename into the session's folder, so that no one
/// takes half of one for the whole; should this worker be killed, the next sweeps the rest.
/// </summary>
static class EntryRemover
{
    public static void Remove(WorkerSession session, IReadOnlyList<string> paths)
    {
        var removed = session.NextRootDirectory();
        using var directory = DirectoryHandle.Open(removed);
        var progress = new ProgressInterval(session.Listener);
        foreach (var (index, path) in paths.Index())
        {
            progress.Tell(() => $"Removing {index + 1} of {paths.Count} from the build cache");
            session.Cancellation.ThrowIfCancellationRequested();
            try
            {
                Directory.Move(Path.Combine(session.Store.Root, path), Path.Combine(removed, Path.GetFileName(path)));
            }
            catch (DirectoryNotFoundException)
            {
                continue; // It was deleted by hand.
            }
            directory.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        }
    }
}

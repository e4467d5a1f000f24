using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Removes layers and other entries from the cache. Each leaves it by one rename into the session's folder, so that nobody
/// takes half of one for the whole; should this worker be killed, the next sweeps the rest.
/// </summary>
static class EntryRemover
{
    public static void Remove(WorkerSession session, IReadOnlyList<string> paths)
    {
        var removed = session.NextRootDirectory();
        using var directory = DirectoryHandle.Open(removed);
        foreach (var path in paths)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            try
            {
                Directory.Move(Path.Combine(session.Store.Root, path), Path.Combine(removed, Path.GetFileName(path)));
            }
            catch (DirectoryNotFoundException)
            {
                continue; // Somebody deleted it by hand.
            }
            session.Listener.Progress($"Removing {path}");
            directory.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        }
    }
}

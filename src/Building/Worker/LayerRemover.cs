using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Removes layers from the cache. Each leaves it by one rename into the session's folder, so that nobody takes half a
/// layer for a whole one; should this worker be killed, the next sweeps the rest.
/// </summary>
static class LayerRemover
{
    public static void Remove(WorkerSession session, IReadOnlyList<string> ids)
    {
        var removed = session.NextRootDirectory();
        using var directory = DirectoryHandle.Open(removed);
        foreach (var id in ids)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            try
            {
                Directory.Move(session.Store.LayerDirectory(id), Path.Combine(removed, id));
            }
            catch (DirectoryNotFoundException)
            {
                continue; // Somebody deleted it by hand.
            }
            session.Listener.Progress($"Removing layer {id}");
            directory.RemoveTree(Encoding.UTF8.GetBytes(id));
        }
    }
}

using System.Collections.Concurrent;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Layers;

namespace ImageSdk.Sandbox.Roots;

/// <summary>Looks at each layer before a session stands on it for the first time: whether it is still what was made.</summary>
sealed class LayerChecks
{
    readonly ConcurrentDictionary<string, bool> seen = new(StringComparer.Ordinal);

    /// <exception cref="BuildException">IMG3173: it is not. It no longer counts, and the next build makes it again.</exception>
    public void Require(WorkerSession session, string id)
    {
        if (!IsWhole(session, id, out var fault))
            throw new BuildException("IMG3173",
                $"Layer {session.Store.LayerDirectory(id)} of the build cache was changed after it was made: {fault}. It has been dropped; build again. "
                + "If you do not know who changed it, look at who can write there, and verify the rest (imagesdk cache verify --content --repair).");
    }

    /// <returns>Whether the layer can be used. Where it was changed it has been dropped.</returns>
    public bool IsWhole(WorkerSession session, string id, out string? fault)
    {
        fault = null;
        var directory = session.Store.LayerDirectory(id);
        if (seen.ContainsKey(id) || LayerSeal.Holds(directory))
        {
            seen.TryAdd(id, true);
            return true;
        }
        // A cache that was copied, or made by an earlier version, has another seal or none.
        session.Listener.Progress("Verifying a layer of the build cache");
        fault = LayerVerifier.FindFault(session.Store, id, content: true, session.Cancellation);
        if (fault is null && session.Store.TryReadIndex(id) is { } index)
        {
            LayerSeal.Write(directory, index);
            seen.TryAdd(id, true);
            return true;
        }
        File.Delete(session.Store.IndexFile(id));
        return false;
    }
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>Keeps the local store to the user whose builds write it: images have what only root may read on a machine.</summary>
static class StoreProtection
{
    /// <summary>Makes the store's directories where they are missing, and closes those that are open to others.</summary>
    public static void Apply(StoreSettings store, IBuildListener listener)
    {
        foreach (var directory in new[] { store.ImageDirectory, store.ObjectDirectory })
        {
            CacheProtection.MakeDirectory(directory);
            using var handle = DirectoryHandle.Open(directory);
            // Another user's is for that user to close.
            if (handle.Stat().Uid != Processes.UserId || (File.GetUnixFileMode(directory) & ~LayerStore.PrivateMode) == 0)
                continue;
            File.SetUnixFileMode(directory, LayerStore.PrivateMode);
            listener.Progress($"The image store {directory} was open to other users; it no longer is");
        }
    }
}

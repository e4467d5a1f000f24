using System.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>Mounts directories on one another.</summary>
static class Overlay
{
    /// <summary>
    /// How long a directory may be in use. A layer that was just made is the upper directory of its mount until the sandbox's own
    /// namespace is gone, which the kernel takes away a moment after the sandbox's last process has said how it ended.
    /// </summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="lower">Directories, the uppermost first, separated by colons.</param>
    /// <param name="upper">Takes every change.</param>
    /// <param name="work">For the mount itself; made here.</param>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public static void Mount(string target, string lower, string upper, string work, string options)
    {
        for (var start = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
        {
            Directory.CreateDirectory(work);
            try
            {
                Mounts.Mount("imagesdk", target, "overlay", Mounts.Options.None, $"lowerdir={lower},upperdir={upper},workdir={work},{options}");
                return;
            }
            catch (PosixException exception) when (exception.Error == Errno.Busy && Stopwatch.GetElapsedTime(start) < Patience)
            {
                // With what this attempt has noted there, the kernel would refuse the next one for good.
                Directory.Delete(work, recursive: true);
            }
        }
    }
}

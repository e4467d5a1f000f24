using System.Diagnostics;
using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Roots;

/// <summary>Mounts directories on one another.</summary>
static class Overlay
{
    /// <summary>
    /// How long a directory may be in use. A layer that was just made is the upper directory of its mount until the sandbox's own
    /// namespace is gone, which the kernel takes away a moment after the sandbox's last process has said how it ended.
    /// </summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>mount(2) copies one page of options, the last byte of which is its end.</summary>
    const int MostOptionBytes = 4095;

    const string SourceName = "imagesdk";

    static readonly Lazy<bool> takesLayersOneByOne = new(() =>
    {
        using var context = FileSystemContext.TryOpen("overlay");
        try
        {
            context?.Set("lowerdir+", ".");
            return context is not null;
        }
        catch (PosixException exception) when (exception.Error == Errno.InvalidArgument)
        {
            return false;
        }
    });

    /// <summary>Whether the kernel takes lower directories one by one, however long their names are together (Linux 6.8).</summary>
    public static bool TakesLayersOneByOne => takesLayersOneByOne.Value;

    /// <summary>Whether mount(2) takes so many directories.</summary>
    public static bool FitsOnePage(IReadOnlyList<string> lower, string upper, string work, string options) =>
        Encoding.UTF8.GetByteCount(Join(lower, upper, work, options)) <= MostOptionBytes;

    /// <param name="lower">Directories, the uppermost first.</param>
    /// <param name="upper">Takes every change.</param>
    /// <param name="work">For the mount itself; made here.</param>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public static void Mount(string target, IReadOnlyList<string> lower, string upper, string work, string options)
    {
        for (var start = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
        {
            Directory.CreateDirectory(work);
            try
            {
                if (TakesLayersOneByOne && !FitsOnePage(lower, upper, work, options))
                    MountOneByOne(target, lower, upper, work, options);
                else
                    Mounts.Mount(SourceName, target, "overlay", Mounts.Options.None, Join(lower, upper, work, options));
                return;
            }
            catch (PosixException exception) when (exception.Error == Errno.Busy && Stopwatch.GetElapsedTime(start) < Patience)
            {
                // With what this attempt has noted there, the kernel would refuse the next one for good.
                Directory.Delete(work, recursive: true);
            }
        }
    }

    static string Join(IReadOnlyList<string> lower, string upper, string work, string options) =>
        $"lowerdir={string.Join(':', lower)},upperdir={upper},workdir={work},{options}";

    static void MountOneByOne(string target, IReadOnlyList<string> lower, string upper, string work, string options)
    {
        using var context = FileSystemContext.TryOpen("overlay")!;
        context.Set("source", SourceName);
        foreach (var directory in lower)
            context.Set("lowerdir+", directory);
        context.Set("upperdir", upper);
        context.Set("workdir", work);
        foreach (var option in options.Split(','))
            if (option.Split('=') is [var name, var value])
                context.Set(name, value);
            else
                context.Set(option);
        context.Mount(target);
    }
}

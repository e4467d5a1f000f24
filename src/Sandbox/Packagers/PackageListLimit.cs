using System.Globalization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Sandbox.Packagers;

/// <summary>
/// What one of apt's lists may become when it is unpacked. A few hundred bytes can stand for terabytes, and an unsigned source may
/// send them.
/// </summary>
static class PackageListLimit
{
    /// <summary>Bytes that a list may have at most: it is held in memory as a whole. Debian's largest has 50 MB, that of all its files 1 GB.</summary>
    const long Most = int.MaxValue;

    /// <summary>Of the shell's "ulimit -f".</summary>
    const int BlockSize = 512;

    /// <summary>What a shell does that goes on as apt. A lower limit of the stage stays.</summary>
    public static string Prelude(ResourceLimits limits) =>
        string.Create(CultureInfo.InvariantCulture, $"ulimit -f {Math.Max(1, Of(limits) / BlockSize)} 2>/dev/null; ");

    /// <summary>What an update failed of, if it was a list that became too large.</summary>
    /// <param name="lines">All that apt said in the locale C.</param>
    public static BuildException? Find(IEnumerable<string> lines, ResourceLimits limits) =>
        lines.Any(line => line.Contains("received signal 25", StringComparison.Ordinal) || line.Contains("File too large", StringComparison.Ordinal))
            ? new("IMG4300",
                $"A list of packages becomes larger than {HumanSize.FormatExact((ulong)Of(limits))} when it is unpacked, and was given up. Nothing was installed. "
                + "Remove the source that has it from the image's sources; if it is to be that large, raise ImageArchiveLimit (of a list at most 2 GiB).")
            : null;

    static long Of(ResourceLimits limits) => limits.Archive > 0 ? Math.Min(limits.Archive, Most) : Most;
}

namespace ImageSdk.Hosting.Metrics;

/// <summary>The file system that the objects are on, in bytes.</summary>
/// <param name="Total">Without what is kept for root, as unprivileged programs see it.</param>
/// <param name="Free">Of that.</param>
public readonly record struct DiskSpace(ulong Total, ulong Free)
{
    public ulong Used => Total - Free;

    /// <summary>Null where the system does not say.</summary>
    public static DiskSpace? Of(string directory)
    {
        try
        {
            var drive = new DriveInfo(Path.GetFullPath(directory));
            var reserved = drive.TotalFreeSpace - drive.AvailableFreeSpace;
            return new((ulong)(drive.TotalSize - reserved), (ulong)drive.AvailableFreeSpace);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A share of it, in percent.</summary>
    public double Percent(ulong bytes) => Total == 0 ? 0 : 100.0 * bytes / Total;
}

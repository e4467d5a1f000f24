using ImageSdk.Building.Networking;
using ImageSdk.Building.Projects;

namespace ImageSdk.Building.Worker;

/// <summary>
/// The proxies that the machine's apt is configured to use, as a file for an image's apt: variables could not say which of them is for
/// which host. It is mounted while commands run, and in no image.
/// </summary>
static class AptProxyFile
{
    const string MountPoint = "/run/imagesdk-apt.conf";

    /// <summary>What shows it to apt.</summary>
    public static KeyValuePair<string, string> Variable { get; } = new("APT_CONFIG", MountPoint);

    /// <returns>Null where the machine's apt has no proxies.</returns>
    public static BindMount? Find(WorkerSession session)
    {
        if (MachineProxies.Current.AptLines(withDetectors: false) is not { Count: > 0 } lines)
            return null;
        var file = Path.Combine(session.Directory, "apt-proxies.conf");
        lock (typeof(AptProxyFile))
            if (!File.Exists(file))
                using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                using (var writer = new StreamWriter(stream))
                    writer.Write(string.Join('\n', lines) + "\n");
        return new BindMount(file, MountPoint);
    }
}

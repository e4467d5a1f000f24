using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Sandbox.Commands;

/// <summary>
/// What an image's apt has to know of this machine, as a file of configuration: the proxies that the machine's apt is configured to use, for
/// which variables could not say which of them is for which host, and where packages come from. It is mounted while commands run, and in no
/// image; options of the command would be in apt's history.
/// </summary>
static class AptConfigurationFile
{
    const string MountPoint = "/run/imagesdk-apt.conf";

    const string VariableName = "APT_CONFIG";

    /// <summary>What shows it to apt. A project's own variable wins (<see cref="IsRead"/>).</summary>
    public static KeyValuePair<string, string> Variable { get; } = new(VariableName, MountPoint);

    /// <summary>Whether apt reads it in the build environment of a project.</summary>
    public static bool IsRead(CommandSettings settings) => !settings.Environment.ContainsKey(VariableName);

    /// <param name="settings">Lines besides those about proxies.</param>
    /// <returns>Null where there is nothing to know.</returns>
    public static BindMount? Find(WorkerSession session, IReadOnlyList<string> settings)
    {
        List<string> lines = [.. MachineProxies.Current.AptLines(withDetectors: false), .. settings];
        if (lines.Count == 0)
            return null;
        var file = Path.Combine(session.Directory, $"apt-{CacheKey.IdOf(CacheKey.Of([.. lines]))}.conf");
        lock (typeof(AptConfigurationFile))
            if (!File.Exists(file))
                using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)Permissions.OwnerFile }))
                using (var writer = new StreamWriter(stream))
                    writer.Write(string.Join('\n', lines) + "\n");
        return new BindMount(file, MountPoint);
    }
}

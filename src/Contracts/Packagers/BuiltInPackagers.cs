using ImageSdk.Contracts.Projects;

namespace ImageSdk.Contracts.Packagers;

/// <summary>The packager types that every project knows; an item of the same name replaces one.</summary>
static class BuiltInPackagers
{
    public static IReadOnlyList<PackagerType> All { get; } =
    [
        new()
        {
            Name = "deb",
            CleanCommand = ["apt-get", "clean"],
            CleanPatterns = ["/var/lib/apt/lists/.*"],
            InstallCommand = ["apt-get", "-q", "-y", "--no-install-recommends", "install"],
            ListCommand = ["dpkg-query", "-f", "${binary:Package} ${Version} ${Installed-Size}\n", "--show"],
            ListSizeMultiplier = 1024,
            RemoveCommand = ["apt-get", "-q", "--purge", "-y", "--allow-remove-essential", "remove"],
            UpdateCommand = ["apt-get", "-q", "-y", "update"],
            UpgradeCommand = ["apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "dist-upgrade"],
            Verbatim = ["export DEBIAN_FRONTEND=noninteractive"],
        },
        new()
        {
            Name = "rpm",
            CleanCommand = ["yum", "clean", "all"],
            CleanPatterns = ["/var/cache/(yum|dnf)/.*"],
            InstallCommand = ["yum", "-q", "-y", "install"],
            ListCommand = ["rpm", "-qa", "--queryformat", "%{NAME} %{VERSION}_%{RELEASE} %{LONGSIZE}\n"],
            RemoveCommand = ["yum", "-q", "-y", "remove"],
            UpdateCommand = ["yum", "-q", "-y", "makecache"],
            UpgradeCommand = ["yum", "-q", "-y", "update"],
        },
    ];

    public static PackagerType? Find(string name, IReadOnlyList<PackagerType> own) =>
        own.LastOrDefault(packager => packager.Name == name) ?? All.FirstOrDefault(packager => packager.Name == name);
}

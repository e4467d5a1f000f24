using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Installing;
using ImageSdk.Images;
using ImageSdk.Packages.Rpm;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Packagers;

namespace ImageSdk.Debian;

/// <summary>
/// The packager of an image: its own commands (<see cref="GenericPackager"/>), or what has the same effects without starting them
/// (<see cref="DebianPackager"/>).
/// </summary>
sealed class ImagePackager(StageContext context)
{
    readonly GenericPackager commands = new(context, CachedArchives.TryBring);

    /// <returns>False where a source of packages could not be reached, and the project allows that.</returns>
    public bool Install(InstallPackagesOperation operation)
    {
        var isWhole = commands.Install(operation);
        if (commands.UpdatesWithApt())
            AptLeftovers.DropPackages(context.Handle);
        return isWhole;
    }

    /// <summary>Runs the packager's own clean-up and removes what its clean patterns match.</summary>
    public void Clean()
    {
        if (!commands.IsPresent)
            return;
        context.Log("");
        context.Log("Cleaning packages:");
        context.Progress("Cleaning packages");
        if (DebianPackager.TryOpen(context.Handle) is { } debian)
            debian.Clean();
        else
            commands.Clean();
    }

    /// <summary>The installed packages in bytewise order of their names.</summary>
    public IReadOnlyList<Package> List() =>
        !commands.IsPresent ? [] : DebianPackager.TryOpen(context.Handle)?.List() ?? RpmPackageList.TryRead(context.Handle) ?? commands.List();
}

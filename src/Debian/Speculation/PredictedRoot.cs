using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Debian.Planning;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Locking;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Speculation;

/// <summary>
/// The root that a bootstrap is going to make, as far as apt looks at it, made without running anything: the files of the packages,
/// and a database of dpkg that has all of them installed. There the image's own apt can be asked about the packages of a later stage
/// while dpkg still configures the root itself, which keeps one processor busy for seconds.
/// </summary>
/// <remarks>
/// Answers are kept under all that they depend on, as the finished root's are: where the prediction fails, they are not found.
/// </remarks>
sealed class PredictedRoot(WorkerSession session, AptBootstrapOperation operation)
{
    /// <summary>The user as which apt fetches, and to which it gives folders of its lists.</summary>
    const string AptUser = "\n_apt:";

    const uint FileMode = Permissions.File;

    static readonly string[] AwkPrograms = ["mawk", "gawk", "original-awk"];

    /// <summary>
    /// Asks apt for the packages that a later stage is going to install, and keeps what it says; where that has none, the lists alone, for
    /// images on this one.
    /// </summary>
    /// <param name="resolution">All that the bootstrap installs.</param>
    /// <param name="installed">The same, from the cache.</param>
    /// <param name="packages">Those of the later stage.</param>
    /// <param name="settings">The same stage's.</param>
    public void Plan(Resolution resolution, IReadOnlyList<CachedPackage> installed, IReadOnlyList<PackageRequest> packages, CommandSettings settings)
    {
        var directory = session.NextRootDirectory();
        using var root = DirectoryHandle.Open(directory);
        BootstrapRoot.MakeSkeleton(root, operation.Bootstrap);
        PackageExtractor.Extract(installed, directory, keepsDirectories: false, session.Cancellation);
        if (!AddUsers(root))
            return;
        AddAwk(root);
        BootstrapRoot.WriteFile(root, DpkgStatus.File, DescribeInstalled(installed), FileMode);
        if (resolution.ExtendedStates.Length > 0)
            BootstrapRoot.WriteFile(root, AptExtendedStates.FilePath, resolution.ExtendedStates, FileMode);
        BootstrapRoot.WritePackager(root, operation.PackagerScript);
        if (AptSystem.TryRead(root, settings) is not { } system)
            return;
        var planner = new InstallationPlanner(session, settings, packages, allowsUnavailable: false, new SilentListener());
        string[] trees = [Path.GetRelativePath(session.Store.Root, directory)];
        if (packages.Count > 0)
            planner.TryPlan(system, trees);
        else
            planner.OpenUpdated(system, trees, out _).Dispose();
    }

    // What base-passwd does when it is configured. Where apt's user comes later, the lists would not have their owner.
    static bool AddUsers(DirectoryHandle root)
    {
        if (RootFile.TryReadText(root, "usr/share/base-passwd/passwd.master") is not { } users
            || RootFile.TryReadText(root, "usr/share/base-passwd/group.master") is not { } groups || !users.Contains(AptUser, StringComparison.Ordinal))
            return false;
        BootstrapRoot.WriteFile(root, "etc/passwd", users, FileMode);
        BootstrapRoot.WriteFile(root, "etc/group", groups, FileMode);
        return true;
    }

    // What alternatives do when it is configured. With it apt reads the keys that signatures of lists are verified with.
    static void AddAwk(DirectoryHandle root)
    {
        const string directory = "usr/bin";
        var awk = Encoding.UTF8.GetBytes($"{directory}/awk");
        if (root.TryStat(awk) is null && AwkPrograms.FirstOrDefault(name => RootFile.Exists(root, $"{directory}/{name}")) is { } program)
            root.MakeSymlink(awk, Encoding.UTF8.GetBytes(program));
    }

    // In dpkg's order, by which apt numbers packages.
    static string DescribeInstalled(IReadOnlyList<CachedPackage> packages)
    {
        var status = new StringBuilder();
        foreach (var control in packages.Select(PackageControl.Read).OrderBy(control => control.Package, StringComparer.Ordinal))
            status.Append(control.Text.TrimEnd('\n')).Append("\nStatus: install ok installed\n\n");
        return status.ToString();
    }
}

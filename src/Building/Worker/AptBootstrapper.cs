using System.Text;
using ImageSdk.Building.Bootstrapping;
using ImageSdk.Building.DebianPackages;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Locks;
using ImageSdk.Building.Sandbox;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Makes a Debian or Ubuntu root from nothing as mmdebstrap does: the host's apt picks the packages, the image's own dpkg
/// installs them. What differs is that packages come decompressed from the cache and that apt is asked once for the same lists.
/// </summary>
sealed class AptBootstrapper(StageContext context, WorkerSession session)
{
    /// <summary>What mmdebstrap leaves out as well: it would differ from build to build.</summary>
    static readonly string[] Leftovers =
    [
        "var/log/dpkg.log", "var/log/apt/history.log", "var/log/apt/term.log", "var/log/alternatives.log", "var/log/apt/eipp.log.xz",
        "var/cache/ldconfig/aux-cache", "var/lib/dbus/machine-id",
    ];

    readonly DirectoryHandle root = context.Handle;

    public void Run(AptBootstrapOperation operation)
    {
        var bootstrap = operation.Bootstrap;
        context.Log($"Bootstrapping {bootstrap.Distribution} {bootstrap.Release} ({bootstrap.Variant}, {bootstrap.Architecture}) from:");
        foreach (var line in bootstrap.SourcesList().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            context.Log(line);
        var temporary = session.NextRootDirectory();
        var resolution = operation.Locked is { } locked ? BootstrapLock.Unlock(locked, bootstrap.Architecture) : Resolve(context, session, bootstrap, temporary);
        context.Log($"{resolution.Essential.Count} essential packages and {resolution.Rest.Count} others");
        var packages = new PackageFetcher(session.Store, temporary, session.Listener)
            .FetchAsync([.. resolution.Essential, .. resolution.Rest], context.Cancellation).GetAwaiter().GetResult();
        MakeSkeleton(bootstrap);
        BootstrapRoot.CompleteDevices(root);
        Install(resolution, packages);
        Finish(operation.PackagerScript);
    }

    /// <summary>Which packages make the root, as the host's apt has it.</summary>
    /// <param name="temporary">An existing folder that somebody removes.</param>
    public static Resolution Resolve(StageContext context, WorkerSession session, AptBootstrap bootstrap, string temporary)
    {
        if (Tools.Find("apt-get") is null)
            throw new BuildException("IMG2010",
                "The bootstrap needs the program \"apt-get\", which is not installed on this machine. Install it (package apt), or set BootstrapTool to another one.");
        context.Progress($"Looking for the packages of {bootstrap.Release}");
        var key = bootstrap.SourcesKey();
        using var turn = session.Store.LockAsync($"apt-{key}", () => context.Progress("Waiting for another build that asks apt"), context.Cancellation)
            .GetAwaiter().GetResult();
        return new AptResolver(bootstrap, new AptDirectory(session.Store, key), new HostCommand(context), temporary).Resolve();
    }

    // What must be there before any package is: dpkg's and apt's own directories, and what apt is to know.
    void MakeSkeleton(AptBootstrap bootstrap)
    {
        foreach (var directory in new[]
        {
            "dev", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/dpkg/dpkg.cfg.d", "tmp", "var/cache/apt",
            "var/lib/apt/lists/partial", "var/lib/dpkg/triggers", "var/lib/dpkg/info", "var/lib/dpkg/alternatives", "var/lib/dpkg/updates", "var/log/apt",
        })
            root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(directory), 0x1ED); // 0755
        root.SetPermissions("tmp"u8, 0x3FF); // 1777
        const uint mode = 0x1A4; // 0644
        BootstrapRoot.WriteFile(root, "etc/apt/sources.list", bootstrap.SourcesList(), mode);
        BootstrapRoot.WriteFile(root, "etc/fstab", "# UNCONFIGURED FSTAB FOR BASE SYSTEM\n", mode);
        BootstrapRoot.WriteFile(root, "etc/hostname", "localhost\n", mode);
        BootstrapRoot.WriteFile(root, "etc/resolv.conf", "", mode);
        BootstrapRoot.WriteFile(root, "var/lib/dpkg/arch", $"{bootstrap.Architecture}\n", mode);
        BootstrapRoot.WriteFile(root, "var/lib/dpkg/status", "", mode);
    }

    void Install(Resolution resolution, IReadOnlyList<CachedPackage> packages)
    {
        var installer = new PackageInstaller(context, new PackageStore(session.Store));
        context.Progress($"Installing {resolution.Essential.Count} essential packages");
        installer.InstallFirst([.. packages.Take(resolution.Essential.Count)]);
        if (resolution.Calls.Count == 0)
            return;
        context.Progress($"Installing {resolution.Rest.Count} packages");
        var byFile = packages.Skip(resolution.Essential.Count).ToDictionary(package => package.Package.FileName, StringComparer.Ordinal);
        foreach (var call in resolution.Calls)
            installer.Call(call, byFile);
        if (resolution.ExtendedStates.Length > 0)
            BootstrapRoot.WriteFile(root, "var/lib/apt/extended_states", resolution.ExtendedStates, 0x1A4);
    }

    void Finish(string packagerScript)
    {
        foreach (var path in Leftovers.Select(Encoding.UTF8.GetBytes))
            if (root.StatInRoot(TreeCopier.ParentOf(path)) is { Kind: FileKind.Directory })
            {
                using var directory = root.OpenDirectoryInRoot(TreeCopier.ParentOf(path));
                directory.RemoveTree(TreeCopier.NameOf(path));
            }
        if (RootFile.Exists(root, "etc/machine-id"))
            root.OpenWriteInRoot("etc/machine-id"u8).Dispose();
        RootCleaner.Empty(root, "tmp"u8);
        using (var run = root.OpenDirectoryInRoot("run"u8))
            foreach (var name in run.ReadNames().Where(name => !name.AsSpan().SequenceEqual("lock"u8))) // To which /var/lock leads.
                run.RemoveTree(name);
        BootstrapRoot.WritePackager(root, packagerScript);
        new GenericPackager(context).Clean();
    }
}

using System.Text;
using ImageSdk.Archives;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Bootstrapping;
using ImageSdk.Debian.Fetching;
using ImageSdk.Debian.Speculation;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Locking;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian;

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

    /// <returns>False where a source of packages was unavailable, and the project allows that.</returns>
    public bool Run(AptBootstrapOperation operation)
    {
        var bootstrap = operation.Bootstrap;
        context.Log($"Bootstrapping {bootstrap.Distribution} {bootstrap.Release} ({bootstrap.Variant}, {bootstrap.Architecture}) from:");
        foreach (var line in bootstrap.SourcesList().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            context.Log(line);
        var temporary = session.NextRootDirectory();
        var pending = operation.Locked is { } locked
            ? PendingResolution.Of(BootstrapLock.Unlock(locked, bootstrap.Architecture))
            : Begin(context, session, bootstrap, temporary, operation.Installation.AllowsUnavailableSources);
        try
        {
            BootstrapRoot.MakeSkeleton(root, bootstrap);
            BootstrapRoot.CompleteDevices(root);
            Install(pending, new PackageFetcher(session.Store, temporary, session.Listener, ExpansionLimit.Of(context.Settings.Limits)), operation);
        }
        finally
        {
            BackgroundWork.WaitForEnd(pending.Whole);
        }
        Finish(operation.PackagerScript);
        return !pending.LacksSources;
    }

    /// <summary>Which packages make the root, as the host's apt has it.</summary>
    /// <param name="temporary">An existing folder, which the caller removes.</param>
    public static Resolution Resolve(StageContext context, WorkerSession session, AptBootstrap bootstrap, string temporary) =>
        Begin(context, session, bootstrap, temporary, allowsUnavailable: false).Whole.GetAwaiter().GetResult();

    /// <summary>The same, as far as the first packages need.</summary>
    static PendingResolution Begin(StageContext context, WorkerSession session, AptBootstrap bootstrap, string temporary, bool allowsUnavailable)
    {
        if (ProgramPath.Find("apt-get") is null)
            throw new BuildException("IMG2010",
                "The bootstrap needs the program \"apt-get\", which is not installed on this machine. Install it (package apt), or set BootstrapTool to another one.");
        context.Progress($"Looking for the packages of {bootstrap.Release}");
        var key = bootstrap.SourcesKey();
        var turn = session.Store.LockAsync($"apt-{key}", () => context.Progress("Waiting for another build that asks apt"), context.Cancellation)
            .GetAwaiter().GetResult();
        try
        {
            var pending = new AptResolver(bootstrap, new AptDirectory(session.Store, key), new HostCommand(context), temporary).Resolve(allowsUnavailable ? context : null);
            return pending with { Whole = EndTurnAsync(pending.Whole, turn) };
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    static async Task<Resolution> EndTurnAsync(Task<Resolution> whole, IDisposable turn)
    {
        using (turn)
            return await whole;
    }

    void Install(PendingResolution pending, PackageFetcher fetcher, AptBootstrapOperation operation)
    {
        var installer = new PackageInstaller(context, session);
        context.Log($"{pending.Essential.Count} essential packages");
        var essential = fetcher.FetchAsync(pending.Essential, context.Cancellation).GetAwaiter().GetResult();
        var rest = FetchRestAsync();
        context.Progress($"Installing {essential.Count} essential packages");
        try
        {
            installer.InstallFirst(essential);
        }
        finally
        {
            BackgroundWork.WaitForEnd(rest);
        }
        var (resolution, packages) = rest.GetAwaiter().GetResult();
        if (resolution.Calls.Count == 0)
            return;
        context.Log($"{packages.Count} packages besides");
        context.Progress($"Installing {packages.Count} packages");
        foreach (var call in resolution.Calls)
            installer.Call(call, packages);
        if (resolution.ExtendedStates.Length > 0)
            BootstrapRoot.WriteFile(root, AptExtendedStates.FilePath, resolution.ExtendedStates, Permissions.File);

        async Task<(Resolution Resolution, Dictionary<string, CachedPackage> Packages)> FetchRestAsync()
        {
            var resolution = await pending.Whole;
            var packages = await fetcher.FetchAsync(resolution.Rest, context.Cancellation);
            if (operation.SpeculativePackages is { } ahead)
                session.Speculation.Begin(context.Settings, () => new PredictedRoot(session, operation).Plan(resolution, [.. essential, .. packages], ahead, context.Settings));
            return (resolution, packages.ToDictionary(package => package.Package.FileName, StringComparer.Ordinal));
        }
    }

    void Finish(string packagerScript)
    {
        foreach (var path in Leftovers.Select(Encoding.UTF8.GetBytes))
            if (root.StatInRoot(BytePath.ParentOf(path)) is { Kind: FileKind.Directory })
            {
                using var directory = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
                directory.RemoveTree(BytePath.NameOf(path));
            }
        new IdentityReset(context).Run([], []);
        RootCleaner.Empty(root, "tmp"u8);
        using (var run = root.OpenDirectoryInRoot("run"u8))
            foreach (var name in run.ReadNames().Where(name => !name.AsSpan().SequenceEqual("lock"u8))) // To which /var/lock leads.
                run.RemoveTree(name);
        BootstrapRoot.WritePackager(root, packagerScript);
        new ImagePackager(context).Clean();
    }
}

using ImageSdk.Archives;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian;
using ImageSdk.Debian.Fetching;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Locking;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>What a restore asks of the worker: which packages make a root, and to have packages in the cache.</summary>
static class PackageLocker
{
    static readonly CommandSettings Nothing = new(new Dictionary<string, string>(), [], [], Network: true);

    public static LockedBootstrap Plan(WorkerSession session, AptBootstrap bootstrap)
    {
        using var root = new StageRoot(session, []);
        using var context = new StageContext(root, Nothing, session);
        return BootstrapLock.Lock(AptBootstrapper.Resolve(context, session, bootstrap, session.NextRootDirectory()));
    }

    public static void Fetch(WorkerSession session, FetchPackagesRequest request)
    {
        Directory.CreateDirectory(new PackageStore(session.Store).PackagesDirectory);
        new PackageFetcher(session.Store, session.NextRootDirectory(), session.Listener, ExpansionLimit.Of(request.Limits))
            .FetchAsync([.. request.Packages.Select(DebianPackage.From).Select(package => request.Mounts is { } mounts ? package.Locate(mounts) : package)], session.Cancellation)
            .GetAwaiter().GetResult();
    }
}

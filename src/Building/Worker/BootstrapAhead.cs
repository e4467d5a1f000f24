using ImageSdk.Building.Bootstrapping;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Sandbox;

namespace ImageSdk.Building.Worker;

/// <summary>The packages of a bootstrap, being looked for before its stage begins.</summary>
sealed class BootstrapAhead : IDisposable
{
    readonly string key;
    readonly StageRoot root;
    readonly StageContext context;
    readonly Task<PendingResolution> begun;

    public BootstrapAhead(WorkerSession session, AptBootstrap bootstrap, CommandSettings settings)
    {
        key = bootstrap.ResolutionKey();
        root = new(session, []);
        context = new(root, settings, session, new SilentListener());
        var temporary = session.NextRootDirectory();
        begun = BackgroundWork.Start(() => AptBootstrapper.Begin(context, session, bootstrap, temporary));
    }

    /// <summary>Waits until the first packages are known. What apt said so far is said again.</summary>
    /// <returns>Null where it was another bootstrap, or has failed: then it fails again where it is told.</returns>
    public PendingResolution? TryTake(AptBootstrap bootstrap, StageContext stage)
    {
        BackgroundWork.WaitForEnd(begun);
        if (!begun.IsCompletedSuccessfully || key != bootstrap.ResolutionKey())
            return null;
        foreach (var line in context.LogText.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            stage.Log(line);
        return begun.Result;
    }

    public void Dispose()
    {
        BackgroundWork.WaitForEnd(begun);
        if (begun.IsCompletedSuccessfully)
            BackgroundWork.WaitForEnd(begun.Result.Whole);
        context.Dispose();
        root.Dispose();
    }
}

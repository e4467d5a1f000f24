using ImageSdk.Contracts.Messages;
using ImageSdk.Debian;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>What a root gets and loses that was made elsewhere, before stages work on it.</summary>
static class NewRoot
{
    /// <param name="packagerScript">Content of /bin/generic-packager.</param>
    public static void Complete(StageContext context, string packagerScript)
    {
        if (WorkerEnvironment.IsRootless)
            BootstrapRoot.CompleteDevices(context.Handle);
        BootstrapRoot.WritePackager(context.Handle, packagerScript);
        RootCleaner.EmptyResolvConf(context.Handle);
        RootCleaner.RemoveHostName(context.Handle);
        new IdentityReset(context).Run([], []);
        CloudInitReset.Run(context);
        new BuilderTraces(context).Remove(ofPackages: true);
        new ImagePackager(context).Clean();
    }
}

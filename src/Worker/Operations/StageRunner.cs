using ImageSdk.Archives;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian;
using ImageSdk.Debian.Installing;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Storage;
using ImageSdk.Trees;
using ImageSdk.Trees.ImagePackages;
using ImageSdk.Trees.Unpacking;
using ImageSdk.Worker.Settings;

namespace ImageSdk.Worker.Operations;

/// <summary>Runs the operations of one stage and commits what they changed as a layer.</summary>
static class StageRunner
{
    public static DoneEvent Run(WorkerSession session, RunStageRequest request)
    {
        // Tests come last and would wait for it.
        if (request.Operations.Any(operation => operation is RunScriptsOperation or InstallPackagesOperation)
            || (request.Settings is { HasTests: true, Speculation: true } && Environment.ProcessorCount > 1))
            session.Network.Prepare(request.Settings);
        if (request.Operations is [InstallPackagesOperation packages] && DebianInstaller.TryRun(session, request, packages) is { } done)
            return done;
        using var root = new StageRoot(session, request.Layers);
        string log;
        var isWhole = true;
        using (var context = new StageContext(root, request.Settings, session))
        {
            foreach (var operation in request.Operations)
                isWhole &= Run(operation, context, session);
            if (context.HasRunCommands)
                new BuilderTraces(context).Remove(ofPackages: !request.Operations.Any(operation => operation is RunScriptsOperation));
            log = context.LogText;
        }
        session.Listener.Progress("Keeping the layer");
        var provisional = isWhole ? null : CacheKey.Provisional(request.LayerId);
        var id = provisional is null ? request.LayerId : CacheKey.IdOf(provisional);
        return new(Layer: root.Commit(id, request.Layers, request.Inputs, log).Measure(), ProvisionalKey: provisional);
    }

    /// <returns>False where something was unavailable, and the project allows that: the result is provisional.</returns>
    static bool Run(StageOperation operation, StageContext context, WorkerSession session)
    {
        session.Cancellation.ThrowIfCancellationRequested();
        switch (operation)
        {
            case BootstrapOperation bootstrap:
                new Bootstrapper(context).Run(bootstrap);
                break;
            case UnpackFileOperation file:
                FileUnpacker.Run(context, file);
                break;
            case AptBootstrapOperation bootstrap:
                return new AptBootstrapper(context, session).Run(bootstrap);
            case UnpackOperation unpack:
                context.Progress("Unpacking the source image");
                var source = ImageRecord.Read(unpack.ImageFile).FileSystem!;
                OverlayAttributes.RequireNone(source);
                new ImageUnpacker(new SourceFetch(new ObjectStore(unpack.ObjectDirectory)), session.Cancellation).Unpack(source, context.Root.Upper);
                break;
            case UnpackPackageOperation package:
                context.Progress($"Unpacking {package.Package}");
                ImagePackage.Unpack(package, context.Root.Upper, ExpansionLimit.Of(context.Settings.Limits), session.Cancellation);
                break;
            case CopyTreeOperation tree:
                FileCopier.Copy(context, tree);
                break;
            case CopyFileOperation file:
                FileCopier.Copy(context, file);
                context.Log($"Copied {file.TargetPath}");
                break;
            case ApplySettingsOperation apply:
                SettingsWriter.Apply(context, apply.Settings);
                break;
            case AddArchivesOperation added:
                ArchiveFiles.Add(context, added.Archives);
                break;
            case RemoveArchivesOperation removed:
                ArchiveFiles.Remove(context, removed.Archives);
                break;
            case RestoreFilesOperation files:
                FileRestorer.Restore(context, files);
                break;
            case RunScriptsOperation scripts:
                new ScriptRunner(context).Run(scripts.Label, scripts.Files);
                break;
            case InstallPackagesOperation install:
                return new ImagePackager(context).Install(install);
            case CleanPackagesOperation clean:
                new ImagePackager(context).Clean();
                RootCleaner.EmptyResolvConf(context.Handle);
                new IdentityReset(context).Run(clean.KeptIdentity, clean.OwnIdentity);
                break;
            default:
                throw new InvalidOperationException($"No such operation: {operation.GetType().Name}");
        }
        return true;
    }
}

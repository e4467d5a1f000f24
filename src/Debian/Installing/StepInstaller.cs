using System.Text;
using ImageSdk.Archives;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Bootstrapping;
using ImageSdk.Debian.Fetching;
using ImageSdk.Debian.Planning;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Lending;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Installing;

/// <summary>Installs the steps of a plan with the image's own dpkg, from the cache's packages, a layer each.</summary>
sealed class StepInstaller(
    WorkerSession session, RunStageRequest request, StepLayers layers, IReadOnlyList<PackageRequest> requests, AptSettings settings)
{
    const string Kind = "InstallPackages step";

    /// <summary>Where the sandbox sees the cache's packages: where apt would have them.</summary>
    const string MountPoint = "/var/cache/apt/archives";

    const string ScriptFile = "/.imagesdk-install";

    readonly PackageStore store = new(session.Store);

    public void Install(IReadOnlyList<InstallStep> steps)
    {
        var inputs = steps.Select(step => step.Describe(settings.DpkgOptions)).ToList();
        var missing = layers.FindMissing(Kind, inputs);
        using var fetching = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
        var fetched = Fetch(steps, missing, fetching.Token);
        try
        {
            for (var number = 0; number < steps.Count; number++)
            {
                var (step, files) = (steps[number], fetched[number]);
                var place = steps.Count > 1 ? $", {number + 1} of {steps.Count}" : "";
                layers.Add(Kind, inputs[number], step.Title, null, [], WithPackages(), context => Run(step, files, place, context));
            }
        }
        finally
        {
            fetching.Cancel();
            BackgroundWork.WaitForEnd(Task.WhenAll(fetched));
        }
    }

    /// <summary>Brings packages into the cache while those of earlier steps are installed.</summary>
    List<Task<IReadOnlyList<CachedPackage>>> Fetch(IReadOnlyList<InstallStep> steps, IReadOnlyList<bool> missing, CancellationToken cancellation)
    {
        Directory.CreateDirectory(store.PackagesDirectory);
        var fetcher = new PackageFetcher(session.Store, session.NextRootDirectory(), session.Listener, ExpansionLimit.Of(request.Settings.Limits));
        var fetched = new List<Task<IReadOnlyList<CachedPackage>>>();
        foreach (var (step, isMissing) in steps.Zip(missing))
        {
            var before = fetched.Count > 0 ? fetched[^1] : Task.CompletedTask;
            fetched.Add(isMissing ? FetchAfterAsync(before, step) : Task.FromResult<IReadOnlyList<CachedPackage>>([]));
        }
        return fetched;

        async Task<IReadOnlyList<CachedPackage>> FetchAfterAsync(Task before, InstallStep step)
        {
            await before;
            return await fetcher.FetchAsync([.. step.Packages.Select(package => package.Package.Locate(request.Settings.BindMounts))], cancellation);
        }
    }

    CommandSettings WithPackages() =>
        request.Settings with { BindMounts = [.. request.Settings.BindMounts, new BindMount(store.PackagesDirectory, MountPoint)] };

    void Run(InstallStep step, Task<IReadOnlyList<CachedPackage>> fetched, string place, StageContext context)
    {
        var files = fetched.GetAwaiter().GetResult().ToDictionary(file => file.Package.Name, StringComparer.Ordinal);
        context.Log($"Installing {step.Title}:");
        context.Progress($"Installing {step.Title}{place}");
        var script = new DpkgScript(settings, MountPoint);
        // Without the program that reads templates it does no more than to make debconf's database.
        if (settings.Preconfigures && RootFile.Exists(context.Handle, DpkgScript.Preconfigurer)
            && (RootFile.Exists(context.Handle, DpkgScript.TemplateReader) || AptLeftovers.LackDebconf(context.Handle)))
            script.Preconfigure(step.Packages.Select(package => files[package.Package.Name]));
        foreach (var run in step.Runs())
        {
            if (run.Unpacks)
            {
                RunScript(script.Take(), context);
                if (TryUnpack([.. run.Names.Select(name => files[name])], context))
                    continue;
            }
            script.Call(run, files);
        }
        RunScript(script.Take(), context);
    }

    bool TryUnpack(IReadOnlyList<CachedPackage> packages, StageContext context)
    {
        if (DpkgSettings.Read(context.Handle, settings.DpkgOptions, request.Settings.Environment.GetValueOrDefault(ConffileAnswer.DpkgVariable)) is not { IsUsual: true } dpkg
            || !new PlainUnpacker(context, dpkg.Forces, script => RunScript(script, context)).TryUnpack(packages))
            return false;
        foreach (var package in packages)
            context.Log($"Unpacking {package.Package.Name} ({package.Package.Version}) ...");
        if (dpkg.KeepsLog)
            AptLogs.WriteUnpacked(context.Handle, packages.Select(package => package.Package));
        return true;
    }

    void RunScript(string commands, StageContext context)
    {
        if (commands.Length == 0)
            return;
        // The path is what apt sets for dpkg, whatever scripts of the image get.
        var script = $"#!/bin/sh\nset -e\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin\n{commands}";
        using var borrowed = new BorrowedFile(context.Handle, ScriptFile, Encoding.UTF8.GetBytes(script), Permissions.Program);
        var memory = new MemoryWatch();
        var (exitCode, lastLines) = context.RunInBuildEnvironment(CommandPurpose.Packages, [GenericPackager.PathInImage, "run", ScriptFile]);
        if (exitCode != 0)
            throw GenericPackager.Failure("install", exitCode, lastLines, requests, memory);
    }
}

using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Machines.Testing;

/// <summary>Runs tests of an image: those in the image in the build's sandbox, then those of the booted machine.</summary>
sealed class ImageTestRun(TestRunSettings settings, Action<TestEvent> tell) : IBuildListener
{
    public async Task RunAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        using var workers = new BuildWorkers(settings.WorkerAssembly, settings.DotNetHost);
        var build = new ImageTestBuild(settings.StateDirectory, this);
        await RunImageTestsAsync(build, workers, [.. ids.Where(settings.ImageTests.ContainsKey)], cancellation);
        var boot = new BootTestRun(settings, build, workers, tell);
        foreach (var variant in settings.Boot.Variants)
            await boot.RunAsync(variant, ids.ToHashSet(), cancellation);
    }

    async Task RunImageTestsAsync(ImageTestBuild build, BuildWorkers workers, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return;
        foreach (var id in ids)
            tell(new TestStarted(id));
        var byPath = ids.ToDictionary(id => settings.ImageTests[id]);
        try
        {
            foreach (var outcome in await build.RunTestsAsync(byPath.Keys, workers, cancellation))
                tell(new TestEnded(byPath[outcome.Test], outcome.Seconds, outcome.Error, string.Join('\n', outcome.Output)));
        }
        catch (BuildException exception)
        {
            foreach (var id in ids)
                tell(new TestEnded(id, 0, $"{exception.Diagnostic.Code}: {exception.Diagnostic.Message}", ""));
        }
    }

    void IBuildListener.Report(Diagnostic diagnostic) => tell(new TestMessage($"{diagnostic.Code}: {diagnostic.Message}", IsWarning: true));

    // A terminal shows progress; a test run waits for results.
    void IBuildListener.Progress(string message)
    {
    }

    void IBuildListener.Output(string line)
    {
    }
}

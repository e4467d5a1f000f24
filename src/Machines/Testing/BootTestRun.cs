using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.BootTests;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Testing;

/// <summary>Makes the test disk, boots it and runs boot tests, on one machine after the other.</summary>
sealed class BootTestRun(TestRunSettings settings, ImageTestBuild build, BuildWorkers workers, Action<TestEvent> tell)
{
    readonly BootTestSettings boot = settings.Boot;
    readonly AcceleratorChoice accelerators = new(settings.CacheDirectory);

    /// <param name="ids">The tests that are wanted; without any of this machine, it is not booted.</param>
    public async Task RunAsync(BootVariant variant, IReadOnlySet<string> ids, CancellationToken cancellation)
    {
        var tests = new Queue<BootTestScript>(boot.Files
            .Where(file => file.IsTest && ids.Contains(IdOf(file, variant))).OrderBy(file => file.Name, StringComparer.Ordinal));
        if (tests.Count == 0)
            return;
        try
        {
            var disk = await MakeDiskAsync(variant, cancellation);
            var machine = new MachineSettings(boot.Architecture, variant.Machine, variant.Firmware, boot.Memory, boot.Processors, disk) { InDrive = variant.InDrive };
            await using var booted = await BootTestMachine.BootAsync(
                machine, accelerators, settings.ProjectFile, boot.BootTimeout, null, cancellation,
                panic => tell(new TestMessage($"{panic.Code}: {panic.Message} The machine ({variant.FirmwareName}, {variant.MediumName}) is booted again.", IsWarning: true)));
            if (booted.State == "degraded")
                tell(new TestMessage($"The machine ({variant.FirmwareName}) came up, but units failed: its state is degraded. A boot test can tell which: systemctl --failed.", IsWarning: true));
            await booted.CopyAsync(boot.Files, cancellation);
            while (tests.TryPeek(out var test))
            {
                tell(new TestStarted(IdOf(test, variant)));
                var result = await booted.RunAsync(test.Name, boot.TestTimeout, cancellation);
                tests.Dequeue();
                tell(new TestEnded(IdOf(test, variant), result.Duration.TotalSeconds, result.Error, result.Output));
            }
        }
        catch (MachineFault fault)
        {
            Fail(tests, variant, $"{fault.Code}: {fault.Message}", fault.Console);
        }
        catch (BuildException exception)
        {
            Fail(tests, variant, $"{exception.Diagnostic.Code}: {exception.Diagnostic.Message}", "");
        }
    }

    /// <summary>The test that was at work tells why; those after it, that they did not run.</summary>
    void Fail(Queue<BootTestScript> tests, BootVariant variant, string error, string output)
    {
        var first = tests.Dequeue();
        tell(new TestEnded(IdOf(first, variant), 0, error, output));
        foreach (var test in tests)
            tell(new TestEnded(IdOf(test, variant), 0, $"Not run, since there is no machine to run it on; see {first.Name}.", ""));
    }

    async Task<string> MakeDiskAsync(BootVariant variant, CancellationToken cancellation)
    {
        var folder = Path.Combine(settings.StateDirectory, "boot-tests");
        var tree = Path.Combine(folder, "tree");
        BootTestTree.Write(tree, build.ListPaths(), () => build.ReadFile("/etc/inittab"), settings.ProjectFile);
        var request = new ArtifactRequest(variant.Format, variant.FormatSettings, folder) { ExtraTrees = [tree], File = settings.ProjectFile };
        return (await build.MakeArtifactAsync(request, workers, cancellation)).Path;
    }

    string IdOf(BootTestScript test, BootVariant variant) => TestNames.OfBootTest(test.Name, variant, boot.Variants);
}

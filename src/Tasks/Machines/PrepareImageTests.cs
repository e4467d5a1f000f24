using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.BootTests;
using ImageSdk.Machines.Testing;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>
/// Lists all tests of the image for the test platform: those in the image and those of the booted machine. The formats that are
/// named are what is booted.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareImageTests : ArtifactTask
{
    /// <summary>Loaded by the test platform from the folder of what it tests.</summary>
    [Required]
    public string AdapterAssembly { get; set; } = "";

    [Required]
    public string Architecture { get; set; } = "";

    /// <summary>The conventional folder of boot tests; empty for none.</summary>
    public string BootTestDirectory { get; set; } = "";

    public string BootTestFirmware { get; set; } = "";

    public ITaskItem[] BootTests { get; set; } = [];

    [Required]
    public string BootTestTimeout { get; set; } = "";

    [Required]
    public string BootTimeout { get; set; } = "";

    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>Path of ImageSdk.Machines.dll.</summary>
    [Required]
    public string MachineAssembly { get; set; } = "";

    [Required]
    public string Memory { get; set; } = "";

    /// <summary>Where the list goes: NAME.imagetests.</summary>
    [Required]
    public string PlanFile { get; set; } = "";

    [Required]
    public string Processors { get; set; } = "";

    /// <summary>How many tests there are.</summary>
    [Output]
    public int Count { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var project = Absolute(ProjectFile);
        var tests = await new ImageTestBuild(Absolute(StateDirectory), new SilentListener()).ListTestsAsync(workers).ConfigureAwait(false);
        // The tests have a worker of their own.
        await build.EndAsync(workers).ConfigureAwait(false);
        var dotnet = DotNet();
        var settings = new TestRunSettings(
            project, Absolute(StateDirectory), Worker(), dotnet, Absolute(CacheDirectory),
            tests.ToDictionary(test => TestNames.OfImageTest(test.Path), test => test.Path), Boot(project));
        var plan = Absolute(PlanFile);
        Count = TestPlanner.Write(settings, tests, [dotnet, "exec", Absolute(MachineAssembly), "test"], plan);
        File.Copy(Absolute(AdapterAssembly), Path.Combine(Path.GetDirectoryName(plan)!, Path.GetFileName(AdapterAssembly)), overwrite: true);
    }

    BootTestSettings Boot(string project)
    {
        var words = new MachineWords(Architecture, project);
        var files = new BootTestFiles(project).Read(BootTestDirectory is "" ? null : Absolute(BootTestDirectory), [.. BootTests.Select(item => Absolute(item.ItemSpec))]);
        // A machine is not needed where nothing is to be booted, whatever is said of it.
        if (!files.Any(file => file.IsTest))
            return new(Architecture, [], [], 0, 0, TimeSpan.Zero, TimeSpan.Zero);
        var firmwares = BootTestFirmware is "" ? [""] : List(BootTestFirmware);
        var requests = Requests();
        var variants =
            from format in List(FormatNames).Select(format => Format(format, project))
            from firmware in firmwares
            // Live media are put on memory sticks and into CD drives; the drivers are others.
            from inDrive in format == "iso" ? new[] { false, true } : [false]
            select new BootVariant(words.DefaultMachine, words.Firmware(firmware, "ImageBootTestFirmware"), format, SettingsOf(format, requests), inDrive);
        return new(
            Architecture, files, [.. variants], words.Memory(Memory, "ImageRunMemory"), words.Processors(Processors, "ImageRunCpus"),
            Durations.Parse(BootTimeout, "ImageBootTimeout", project), Durations.Parse(BootTestTimeout, "ImageBootTestTimeout", project));
    }

    static string[] List(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static string Format(string text, string project) => text.ToLowerInvariant() is "raw" or "iso"
        ? text.ToLowerInvariant()
        : throw Words.Wrong("ImageBootTestFormat", text, "raw or iso", project);

    /// <summary>What the project says of the format holds for the test's disk too, but for its name.</summary>
    static Dictionary<string, string> SettingsOf(string format, IReadOnlyList<ArtifactRequest> requests) =>
        requests.First(request => request.Format.Equals(format, StringComparison.OrdinalIgnoreCase)).Settings
            .Where(option => !option.Key.Equals("OutputName", StringComparison.OrdinalIgnoreCase)).ToDictionary();
}

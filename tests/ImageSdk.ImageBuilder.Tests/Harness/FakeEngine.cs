using System.Collections.Concurrent;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.ImageBuilder.Engine;
using ImageSdk.ImageBuilder.Orders;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>Goes through the steps of a build, and waits in each where a test says so.</summary>
sealed class FakeEngine : IImageEngine
{
    int running;

    /// <summary>Steps in which builds wait until they are let go on.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Gates { get; } = new();

    /// <summary>What went on: "PACKAGES STEP".</summary>
    public ConcurrentQueue<string> Steps { get; } = [];

    public ConcurrentQueue<EnginePlan> Plans { get; } = [];

    /// <summary>Throws what a build is to fail with.</summary>
    public Action<EnginePlan>? Fault { get; set; }

    public int Running => running;

    public int MostRunning { get; private set; }

    /// <summary>Has builds wait in a step.</summary>
    public void Hold(string step) => Gates[step] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo(string step) => Gates[step].SetResult();

    public bool IsIn(string step) => Steps.Any(went => went.EndsWith($" {step}", StringComparison.Ordinal));

    public async Task<IEngineOutput> RebuildAsync(EnginePlan plan, IBuildListener log, Func<string, string, Task> report, CancellationToken cancellation)
    {
        Plans.Enqueue(plan);
        var now = Interlocked.Increment(ref running);
        lock (Plans)
            MostRunning = Math.Max(MostRunning, now);
        try
        {
            foreach (var step in BuildSteps.All.Skip(1).TakeWhile(step => step != BuildSteps.Upload))
            {
                await report(step, $"in {step}");
                Steps.Enqueue($"{string.Join(' ', plan.Packages)} {step}");
                if (Gates.TryGetValue(step, out var gate))
                    await gate.Task.WaitAsync(cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
            Fault?.Invoke(plan);
            log.Output("made by a fake");
            return new Output(Directory.CreateTempSubdirectory("fake-"));
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    sealed class Output : IEngineOutput
    {
        readonly DirectoryInfo directory;

        public Output(DirectoryInfo directory)
        {
            this.directory = directory;
            System.IO.File.WriteAllText(File, "an image");
            System.IO.File.WriteAllText(SbomFile, "{}");
        }

        public string File => Path.Combine(directory.FullName, "image.qcow2");

        public string DiskFormat => "qcow2";

        public string SbomFile => Path.Combine(directory.FullName, "sbom.json");

        public IReadOnlyList<(string Name, string Version)> Packages => [("libfoo", "1.0")];

        public string SourceDigest => "sha256:00";

        public void Dispose() => directory.Delete(recursive: true);
    }
}

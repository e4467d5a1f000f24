using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Lending;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>Runs an image's tests, all at once, on a layer that is thrown away afterwards.</summary>
sealed class TestRunner(WorkerSession session)
{
    /// <summary>Characters of the beginning and of the end of what one test prints.</summary>
    const int LongestOutput = 1 << 19;

    public IReadOnlyList<TestOutcome> Run(RunTestsRequest request)
    {
        session.Network.Prepare(request.Settings);
        using var root = new StageRoot(session, request.Layers);
        using var context = new StageContext(root, request.Settings, session);
        using var mountPoints = context.MakeMountPoints();
        using var resolver = request.Settings.Network ? new LentResolver(context.Handle) : null;
        var packager = new GenericPackager(context);
        context.Log($"Running {request.Tests.Count} tests");
        context.Progress($"Running {request.Tests.Count} tests");
        using var programs = context.CoverPrograms();
        var outcomes = new TestOutcome[request.Tests.Count];
        // A thread each: a sandbox ends with the thread that started it, so a pool's threads will not do.
        var threads = request.Tests.Select((test, i) => new Thread(() => outcomes[i] = RunOne(root, context, programs, request, packager, test))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        session.Cancellation.ThrowIfCancellationRequested();
        new TestTracer(session, request).Explain(outcomes);
        session.Cancellation.ThrowIfCancellationRequested();
        foreach (var outcome in outcomes)
        {
            foreach (var line in outcome.Output)
                context.Log(line);
            context.Log(outcome.Error is null ? $"{outcome.Test} passed in {outcome.Seconds:0.000} s" : $"error running: {outcome.Test}: {outcome.Error}");
        }
        return outcomes;
    }

    static TestOutcome RunOne(
        StageRoot root, StageContext context, CoveredPrograms programs, RunTestsRequest request, GenericPackager packager, string test)
    {
        var lines = new List<string>();
        var start = Stopwatch.GetTimestamp();
        var memory = new MemoryWatch();
        int? exitCode = null;
        string? error;
        using (var output = new CommandOutput(context.Show, lines.Add, LongestOutput))
            try
            {
                exitCode = TestCommand.New(root, context, programs, request, output).Run(packager.RunCommand(test));
                error = exitCode == 0 ? null : ExitStatus.Describe(exitCode.Value) + memory.Explain();
            }
            catch (TimeoutException)
            {
                error = $"timed out after {request.TimeoutSeconds:0.###} s";
            }
            catch (Exception exception) when (exception is IOException or System.ComponentModel.Win32Exception or BuildException)
            {
                error = exception.Message;
            }
        return new TestOutcome(test, Stopwatch.GetElapsedTime(start).TotalSeconds, error, lines, exitCode);
    }
}

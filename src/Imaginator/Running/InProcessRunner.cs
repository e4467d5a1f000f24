using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Imaginator.Running;

/// <summary>Builds in this process.</summary>
/// <param name="architecture">Of this machine, in the field's words.</param>
/// <param name="concurrency">Builds at once.</param>
sealed class InProcessRunner(BuildExecution execution, string architecture, int concurrency) : IBuildRunner
{
    readonly SemaphoreSlim engines = new(concurrency);

    public int Concurrency => concurrency;

    public TimeSpan ShutdownTime { get; } = TimeSpan.FromSeconds(20);

    public async Task<BuildOutcome> RunAsync(BuildRun run, CancellationToken stop)
    {
        if (run.Stream.ArchitectureOr(architecture) is var needed && needed != architecture)
            throw new BuildException("IMG7351", $"{run.Order.Stream} is for {needed}, and this machine, which builds all streams itself, is {architecture}. " +
                "Start the imaginator with -buildRunner=workers and a worker that has the architecture.");
        await engines.WaitAsync(stop);
        try
        {
            return await execution.RunAsync(run.Order, run.Stream, run.Log, text => run.Context.ReportAsync(text, stop), stop);
        }
        finally
        {
            engines.Release();
        }
    }
}

using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Running;

/// <summary>Has images built somewhere: here, on other machines, or by a batch system. Implementations are safe for many builds at once.</summary>
interface IBuildRunner
{
    /// <summary>Builds an image and adds it to the image server.</summary>
    /// <param name="stop">Ends the build; nothing of it is left. One that another machine does goes on where only this daemon stops, for its next start.</param>
    /// <exception cref="SourceNeededException">The source image has to be built first.</exception>
    /// <exception cref="BuildFailedException">It has failed. Exceptions that <see cref="BuildFault"/> knows say the same.</exception>
    Task<BuildOutcome> RunAsync(BuildRun run, CancellationToken stop);

    /// <summary>Jobs of builds that may be under way at once; others wait in the queue of jobs.</summary>
    int Concurrency { get; }

    /// <summary>How long builds may go on when the daemon is to end, before they are left for its next start.</summary>
    TimeSpan ShutdownTime { get; }
}

/// <summary>A build that is under way.</summary>
/// <param name="Order">What to build.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Context">Its job.</param>
/// <param name="Step">Counts the builds of the job: once more after its source image was built.</param>
/// <param name="Log">Receives what happens.</param>
sealed record BuildRun(BuildOrder Order, BuildableStream Stream, JobContext Context, int Step, JobLogListener Log)
{
    /// <summary>What is left of the time that the order gives.</summary>
    public TimeSpan TimeLimit => Order.TimeLimit > TimeSpan.Zero ? Order.TimeLimit : TimeSpan.FromHours(24);
}

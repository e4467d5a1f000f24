using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Speculation;

/// <summary>
/// What a worker does for a later stage beside the one that it was asked for; docs/decisions/0004-speculation.md has the rules.
/// </summary>
sealed class SpeculativeWork
{
    Task running = Task.CompletedTask;

    /// <summary>
    /// Begins work, of which there is one at most. Where it fails, the stage that needs it does it again, and says what is wrong.
    /// </summary>
    /// <param name="settings">Those of the stage that runs: where they turn speculation off, nothing begins.</param>
    public void Begin(CommandSettings settings, Action work)
    {
        // One processor has enough to do.
        if (!settings.Speculation || Environment.ProcessorCount == 1)
            return;
        running = BackgroundWork.Start(() =>
        {
            work();
            return true;
        });
    }

    /// <summary>Waits until it is done, or has failed.</summary>
    public void WaitForEnd() => BackgroundWork.WaitForEnd(running);
}

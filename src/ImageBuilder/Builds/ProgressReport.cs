using ImageSdk.ImageBuilder.Messages;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.Jobs;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>Reports the progress of a request: messages to its exchange.</summary>
/// <param name="note">Receives, once, that nothing can be reported.</param>
sealed class ProgressReport(RequestOrder order, Job job, ProgressSender sender, Action<string> note, TimeProvider time)
{
    BuildStep last = new(BuildSteps.Queue, "");
    int troubles;

    public void Report(BuildStep step)
    {
        last = step;
        Repeat();
    }

    public void Repeat() => Send(Message(ProgressMessage.Status, last.Message));

    public void Complete(BuildResult result) => Send(Message(ProgressMessage.Completed, "The image is built") with
    {
        Step = BuildSteps.Done, ImageId = result.ImageId, Location = result.Location, Artifacts = Of(result.Artifacts),
    });

    /// <param name="state">FAILED or CANCELLED.</param>
    public void End(string state, string why, IReadOnlyList<BuildArtifact>? logs = null) =>
        Send(Message(state, why) with { Error = state == ProgressMessage.Failed ? why : null, Artifacts = logs is null ? null : Of(logs) });

    static IReadOnlyList<ProgressArtifact> Of(IReadOnlyList<BuildArtifact> artifacts) => [.. artifacts.Select(artifact => new ProgressArtifact(artifact.Name, artifact.Type, artifact.Reference))];

    ProgressMessage Message(string state, string text) => new(state, job.Id, order.Request.TicketId, last.Name, text, time.GetUtcNow());

    void Send(ProgressMessage message) => sender.Send(order.Request.ProgressTrigger, message, trouble =>
    {
        if (Interlocked.Increment(ref troubles) == 1)
            note(trouble);
    });
}

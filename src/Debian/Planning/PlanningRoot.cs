using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// A root where apt is asked and what it writes is thrown away. Mounted with the first question: a build that knows all answers
/// does without, and several questions share what apt works out for the first.
/// </summary>
/// <param name="trees">What the root stands on: directories in the cache, the lowest first.</param>
sealed class PlanningRoot(WorkerSession session, IReadOnlyList<string> trees, CommandSettings settings, IBuildListener listener) : IDisposable
{
    readonly Lock opening = new();
    StageRoot? root;
    StageContext? context;
    MountPoints? mountPoints;

    /// <summary>May be used from several threads.</summary>
    public StageContext Context
    {
        get
        {
            lock (opening)
                return context ??= Open();
        }
    }

    /// <summary>What was said so far.</summary>
    public string LogText => context?.LogText ?? "";

    StageContext Open()
    {
        root = StageRoot.On(session, trees);
        var opened = new StageContext(root, settings, session, listener);
        // One command's end must not take them from another.
        mountPoints = opened.MakeBuildMountPoints();
        return opened;
    }

    public void Dispose()
    {
        mountPoints?.Dispose();
        context?.Dispose();
        root?.Dispose();
    }
}

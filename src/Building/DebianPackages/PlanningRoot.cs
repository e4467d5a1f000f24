using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Worker;

namespace ImageSdk.Building.DebianPackages;

/// <summary>
/// A root where apt is asked and what it writes is thrown away. Mounted when somebody asks: a build that knows all answers
/// does without, and several questions share what apt works out for the first.
/// </summary>
sealed class PlanningRoot(WorkerSession session, IReadOnlyList<string> layers, CommandSettings settings) : IDisposable
{
    StageRoot? root;
    StageContext? context;

    public StageContext Context => context ??= new(root ??= new(session, layers), settings, session);

    /// <summary>What was said so far.</summary>
    public string LogText => context?.LogText ?? "";

    public void Dispose()
    {
        context?.Dispose();
        root?.Dispose();
    }
}

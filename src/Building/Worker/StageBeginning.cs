using ImageSdk.Building.DebianPackages;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Sandbox;

namespace ImageSdk.Building.Worker;

/// <summary>What of a stage can be done before it is there: asking apt, which takes a second or more and changes nothing.</summary>
static class StageBeginning
{
    public static void Begin(WorkerSession session, RunStageRequest stage)
    {
        switch (stage.Operations)
        {
            case [AptBootstrapOperation { Locked: null } bootstrap]:
                session.BootstrapAhead = new(session, bootstrap.Bootstrap, stage.Settings);
                break;
            case [InstallPackagesOperation { Locked: null } install]:
                session.PlanAhead(() => Plan(session, stage, install));
                break;
        }
    }

    static void Plan(WorkerSession session, RunStageRequest stage, InstallPackagesOperation install)
    {
        AptSystem? system;
        using (var root = new StageRoot(session, stage.Layers))
        using (var handle = root.Open())
            system = AptSystem.TryRead(handle, stage.Settings);
        if (system is not null)
            new InstallationPlanner(session, stage.Settings, install.Packages, new SilentListener()).TryPlan(system, [.. stage.Layers.Select(Layers.LayerStore.TreeOf)]);
    }
}

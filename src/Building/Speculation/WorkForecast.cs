using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Speculation;

/// <summary>Whether a stage will have to run, by the plan of the last build and a look at what stages read.</summary>
sealed class WorkForecast(StateDirectory state)
{
    public bool HasWork(string manifestDirectory)
    {
        try
        {
            var digests = new DigestCache(state.DigestsFile);
            var last = state.StageFile(StageTable.Rows[^1].Stage);
            if (!File.Exists(last))
                return true;
            var recent = new RecentChanges(digests, File.GetLastWriteTimeUtc(last));
            if (recent.AnyIn(manifestDirectory))
                return true;
            if (recent.WasCut)
                return false;
            if (JsonFile.TryRead(state.PlanFile, StateJson.Default.BuildPlan) is not { } plan)
                return true;
            var inputs = new StageInputs(plan, digests);
            return StageTable.Rows.Any(row =>
                !File.Exists(state.StageFile(row.Stage)) || File.ReadAllText(state.InputsFile(row.Stage)) != inputs.Describe(row.Stage));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BuildException or ArgumentException)
        {
            return false; // The build reports the error.
        }
    }
}

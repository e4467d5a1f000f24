using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images.Text;
using ImageSdk.Layers;

namespace ImageSdk.Building.Shells;

/// <summary>
/// A shell, or another command, in the root of an image as a stage of its build left it. It runs as the project's scripts do, with their
/// variables, network and mounts but without the project's secrets; what it changes is thrown away.
/// </summary>
/// <param name="stateDirectory">obj/…/image/ of the build.</param>
public sealed class ImageShell(string stateDirectory, IBuildListener listener)
{
    readonly StateDirectory state = new(stateDirectory);

    /// <summary>Finds the root.</summary>
    /// <param name="stage">The stage after which; empty for the last one that is up to date: before the one that failed, where one did.</param>
    /// <exception cref="BuildException">There is no such stage (IMG1601), or nothing that it left (IMG1602).</exception>
    public ShellPlace Find(string stage)
    {
        var plan = state.ReadPlan();
        var layers = plan.OpenLayers();
        if (stage.Length > 0)
        {
            var wanted = StageTable.Rows.FirstOrDefault(row => Leaves(row) && row.Stage.ToString().Equals(stage, StringComparison.OrdinalIgnoreCase)) ?? throw new BuildException("IMG1601",
                $"There is no stage \"{stage}\" after which a shell could be opened.{Hint(stage)} Use one of {string.Join(", ", StageTable.Rows.Where(Leaves).Select(row => row.Stage))}.", plan.Project.ProjectFile);
            return ReadLayers(wanted.Stage, layers) is { } left ? new(wanted.Stage, left, null) : throw Missing($"Stage {wanted.Stage} has left nothing", plan);
        }
        ShellPlace? place = null;
        foreach (var row in StageTable.Rows.Where(Leaves))
        {
            if (!IsDone(row.Stage) || ReadLayers(row.Stage, layers) is not { } left)
                return place is null ? throw Missing("No stage of the project has run", plan) : place with { Unfinished = row.Stage };
            place = new(row.Stage, left, null);
        }
        return place!;
    }

    /// <param name="command">Empty for the image's shell.</param>
    /// <param name="terminal">The device of the terminal that the command is to have; null for none: then its output goes to the listener.</param>
    /// <param name="terminalType">What the variable TERM says.</param>
    /// <returns>The exit code; 128 + N for signal N.</returns>
    public async Task<int> RunAsync(
        ShellPlace place, IReadOnlyList<string> command, string? terminal, string? terminalType, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        var settings = new StageOperations(plan).Settings(readSecrets: false);
        var done = await workers.AskAsync(plan.Project.CacheDirectory, new OpenShellRequest(place.Layers, command, terminal, terminalType, settings), listener, cancellation);
        return done.ExitCode ?? throw new InvalidOperationException("the worker gave no exit code");
    }

    static bool Leaves(StageRow row) => row.Kind != StageKind.Resolve;

    // The state of a stage that failed, and of those after it, is that of an earlier build.
    bool IsDone(ImageStage stage)
    {
        var (inputs, left) = (state.InputsFile(stage), state.StageFile(stage));
        return File.Exists(inputs) && File.Exists(left) && File.GetLastWriteTimeUtc(inputs) <= File.GetLastWriteTimeUtc(left)
            && (stage == ImageStage.UnpackSourceImage || File.GetLastWriteTimeUtc(state.StageFile(stage - 1)) <= File.GetLastWriteTimeUtc(left));
    }

    IReadOnlyList<string>? ReadLayers(ImageStage stage, LayerStore layers) =>
        JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState) is { Layers: { Count: > 0 } left } && left.All(layers.Contains) ? left : null;

    static string Hint(string stage) =>
        NearNames.Find(stage, [.. StageTable.Rows.Where(Leaves).Select(row => row.Stage.ToString())], StringComparison.OrdinalIgnoreCase) is { } near ? $" Do you mean {near}?" : "";

    static BuildException Missing(string what, BuildPlan plan) =>
        new("IMG1602", $"{what}, or its layers are no longer in the cache {plan.Project.CacheDirectory}. Build the project first.", plan.Project.ProjectFile);
}

/// <summary>A root in which a shell can be opened.</summary>
/// <param name="Stage">The stage that left it.</param>
/// <param name="Layers">The lowest first.</param>
/// <param name="Unfinished">The stage that comes next, where that failed or has not run since something changed.</param>
public sealed record ShellPlace(ImageStage Stage, IReadOnlyList<string> Layers, ImageStage? Unfinished)
{
    public override string ToString() => Unfinished is { } next
        ? $"The image after {Stage}, as {next}, which has not succeeded, finds it. Changes are thrown away."
        : $"The image after {Stage}. Changes are thrown away.";
}

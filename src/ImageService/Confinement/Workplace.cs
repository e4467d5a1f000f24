namespace ImageSdk.ImageService.Confinement;

/// <summary>Where the scripts of a job run: this machine or a build node. Both have a folder of the job's, by whose names files go to and fro.</summary>
abstract class Workplace
{
    /// <summary>The name of the node; empty for this machine.</summary>
    public abstract string Node { get; }

    /// <summary>Runs a script, confined; it has the job's folder as its first argument, and goes there.</summary>
    /// <param name="arguments">The others.</param>
    /// <param name="variables">All of its environment besides PATH.</param>
    /// <param name="output">Receives lines of both outputs.</param>
    /// <returns>The status with which it ends.</returns>
    public abstract Task<int> RunAsync(
        string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, Action<string> output, CancellationToken cancellation);

    /// <summary>Whether a file or a folder is in the folder there.</summary>
    public abstract Task<bool> HasAsync(string name, CancellationToken cancellation);

    /// <summary>Brings a file or a folder of the job's folder there, where it is not here already.</summary>
    public abstract Task SendAsync(string name, CancellationToken cancellation);

    /// <summary>Brings a file from there into the job's folder.</summary>
    public abstract Task FetchAsync(string name, CancellationToken cancellation);

    /// <summary>Removes all that is there of the job besides its folder here.</summary>
    public abstract Task CleanAsync(CancellationToken cancellation);
}

/// <summary>This machine.</summary>
/// <param name="folder">The job's folder.</param>
/// <param name="processes">Runs the scripts.</param>
sealed class LocalWorkplace(string folder, ConfinedProcess processes) : Workplace
{
    public override string Node => "";

    public override Task<int> RunAsync(
        string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, Action<string> output, CancellationToken cancellation) =>
        processes.RunAsync(script, [folder, .. arguments], variables, output, cancellation);

    public override Task<bool> HasAsync(string name, CancellationToken cancellation) => Task.FromResult(Path.Exists(Path.Combine(folder, name)));

    public override Task SendAsync(string name, CancellationToken cancellation) => Task.CompletedTask;

    public override Task FetchAsync(string name, CancellationToken cancellation) => Task.CompletedTask;

    public override Task CleanAsync(CancellationToken cancellation) => Task.CompletedTask;
}

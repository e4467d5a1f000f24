namespace ImageSdk.Building.Projects;

/// <summary>How much of the machine the commands of a build may take, each command by itself. Zero is no limit.</summary>
public sealed record ResourceLimits
{
    /// <summary>What podman gives a container.</summary>
    public const int DefaultProcesses = 2048;

    /// <summary>Processes and threads at one time; null for <see cref="DefaultProcesses"/>, kept where the machine allows it.</summary>
    public int? Processes { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes that one stage may write.</summary>
    public long Disk { get; init; }

    internal int MostProcesses => Processes ?? DefaultProcesses;
}

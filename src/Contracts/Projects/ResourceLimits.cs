namespace ImageSdk.Contracts.Projects;

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

    /// <summary>Files and directories that one stage may leave.</summary>
    public int Entries { get; init; } = DefaultEntries;

    /// <summary>Bytes that one compressed file may become.</summary>
    public long Archive { get; init; } = DefaultArchive;

    /// <summary>Bytes that a compressed file may become for each of its own, where it becomes a large one.</summary>
    public int ArchiveRatio { get; init; } = DefaultArchiveRatio;

    public const int DefaultEntries = 4_000_000;

    public const long DefaultArchive = 64L << 30;

    public const int DefaultArchiveRatio = 200;

    internal int MostProcesses => Processes ?? DefaultProcesses;
}

namespace ImageSdk.Dominator.Transfer;

/// <summary>How objects are moved.</summary>
public sealed record TransferOptions
{
    public static TransferOptions Default { get; } = new();

    /// <summary>Connections that carry contents at the same time.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>
    /// Whether to rely on a server that has compared the objects with their hashes itself. Not where they get the names of their
    /// hashes again: what is wrong would spread.
    /// </summary>
    public bool LetsServerCompare { get; init; }

    /// <summary>Connections that may be lost one after the other, without an object getting through, before it is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Time before a lost connection is made again; doubles with each attempt.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);
}

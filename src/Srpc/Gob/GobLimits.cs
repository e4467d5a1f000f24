namespace ImageSdk.Srpc.Gob;

/// <summary>What a decoder puts up with. The sender chooses all lengths and types, so each has a bound.</summary>
public sealed record GobLimits
{
    public static GobLimits Default { get; } = new();

    /// <summary>
    /// Bytes of all messages that one value is made of, its type definitions among them. A list cannot have more
    /// elements than its messages have bytes, so this bounds the counts too. At most <see cref="Array.MaxLength"/>.
    /// </summary>
    public int MaxValueBytes { get; init; } = 1 << 30;

    /// <summary>Bytes of one type definition.</summary>
    public int MaxDefinitionBytes { get; init; } = 1 << 16;

    /// <summary>Type definitions of one stream.</summary>
    public int MaxDefinitions { get; init; } = 1024;

    /// <summary>What large messages of all senders together may take; null for no bound.</summary>
    public GobMemory? Memory { get; init; }

    /// <summary>Structs, lists, maps and interface values inside one another.</summary>
    public int MaxDepth { get; init; } = 64;
}

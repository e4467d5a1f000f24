using System.Text.Json.Serialization;

namespace ImageSdk.Bench;

/// <summary>A row of artifacts/bench/results.json.</summary>
/// <param name="What">What is measured.</param>
/// <param name="PeerIs">What it is compared with.</param>
/// <param name="Unit">Of <see cref="Ours"/>, <see cref="Peer"/> and the spreads; of growth rows it is that of one thing.</param>
sealed record Result(string Name, string What, string PeerIs, string Unit)
{
    /// <summary>The middle of all rounds; of growth rows the slope.</summary>
    public double? Ours { get; init; }

    /// <inheritdoc cref="Ours"/>
    public double? Peer { get; init; }

    /// <summary>Ours over the peer's.</summary>
    public double? Ratio => Peer is > 0 ? Ours / Peer : null;

    /// <summary>What <see cref="Ratio"/> should be.</summary>
    public double? Goal { get; init; }

    /// <summary>"at most" or "at least" the goal.</summary>
    public string? Comparison { get; init; }

    public bool? IsMet => (Ratio, Goal) switch
    {
        ({ } ratio, { } goal) => Comparison == "at least" ? ratio >= goal : ratio <= goal,
        _ => null,
    };

    public int Rounds { get; init; }

    public bool IsQuick { get; init; }

    /// <summary>The least and the most.</summary>
    public double[]? OursSpread { get; init; }

    /// <inheritdoc cref="OursSpread"/>
    public double[]? PeerSpread { get; init; }

    /// <summary>Why there are no figures, or no peer's.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<GrowthPoint>? Points { get; init; }

    /// <inheritdoc cref="Growth.Bend"/>
    public double? Bend { get; init; }
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<Result>))]
sealed partial class ResultJson : JsonSerializerContext;

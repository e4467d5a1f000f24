namespace ImageSdk.Jobs.Tests;

/// <summary>A clock whose two halves are set apart: what people read, and what passes.</summary>
sealed class ManualClock : TimeProvider
{
    readonly DateTimeOffset start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How far the clock was set, in either direction.</summary>
    public TimeSpan Step { get; set; }

    /// <summary>Time that has passed, where it is not the machine's.</summary>
    public TimeSpan? Passed { get; set; }

    public override DateTimeOffset GetUtcNow() => (Passed is { } passed ? start + passed : base.GetUtcNow()) + Step;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Passed?.Ticks ?? (long)((Int128)base.GetTimestamp() * TimeSpan.TicksPerSecond / base.TimestampFrequency);
}

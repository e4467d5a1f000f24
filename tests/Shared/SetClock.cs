namespace ImageSdk.Tests;

/// <summary>A clock that stands still until it is set.</summary>
sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

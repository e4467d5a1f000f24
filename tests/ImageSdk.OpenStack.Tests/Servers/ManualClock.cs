namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>A clock that goes on when a test says so.</summary>
sealed class ManualClock : TimeProvider
{
    long now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now;

    public void Advance(TimeSpan time) => now += time.Ticks;
}

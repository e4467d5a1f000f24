namespace ImageSdk.ImageServer.Tests;

/// <summary>A clock that can be put forward; timers run by the system's.</summary>
sealed class SteppedClock : TimeProvider
{
    TimeSpan ahead;

    public void Advance(TimeSpan time) => ahead += time;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}

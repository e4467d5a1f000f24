namespace ImageSdk.ImageServer.Tests;

/// <summary>A clock that the test moves.</summary>
sealed class ManualTime : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Timer> timers = [];
    TimeSpan now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
            return now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + new TimeSpan(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        Timer[] due;
        lock (gate)
        {
            now += time;
            due = [.. timers.Where(timer => timer.Due <= now)];
            foreach (var timer in due)
                timer.Next();
        }
        foreach (var timer in due)
            timer.Run();
    }

    sealed class Timer(ManualTime time, Action run) : ITimer
    {
        TimeSpan repeat;

        public TimeSpan Due { get; private set; }

        public Action Run => run;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                repeat = period;
                Due = time.now + dueTime;
                if (dueTime >= TimeSpan.Zero)
                    time.timers.Add(this);
            }
            return true;
        }

        public void Next()
        {
            if (repeat > TimeSpan.Zero)
                Due += repeat;
            else
                time.timers.Remove(this);
        }

        public void Dispose()
        {
            lock (time.gate)
                time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

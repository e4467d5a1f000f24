namespace ImageSdk.Jobs.Waking;

/// <summary>
/// Where this process waits for changes. Take the task first, look at the database next, and wait for the task only where there was
/// nothing to see: then no change is missed.
/// </summary>
sealed class WakeHub
{
    /// <summary>
    /// After this time all look again, whatever was said: the word of a process that was killed between its write and the signal, or
    /// that skipped a row which a killed process had locked, never comes.
    /// </summary>
    static readonly TimeSpan SafetyLook = TimeSpan.FromSeconds(30);

    readonly Lock gate = new();
    readonly Dictionary<WakeTopic, TaskCompletionSource> waiting = [];

    public Task Next(WakeTopic topic)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(topic, out var source))
                waiting[topic] = source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return source.Task;
        }
    }

    /// <summary>Wakes those who wait for the topic; a topic without a job wakes all of its kind.</summary>
    public void Signal(WakeTopic topic)
    {
        List<TaskCompletionSource> woken = [];
        lock (gate)
            foreach (var key in topic.Job == 0 ? waiting.Keys.Where(key => key.Kind == topic.Kind).ToList() : [topic])
                if (waiting.Remove(key, out var source))
                    woken.Add(source);
        foreach (var source in woken)
            source.SetResult();
    }

    /// <summary>Wakes all: signals may have been lost.</summary>
    public void SignalAll()
    {
        foreach (var kind in Enum.GetValues<WakeKind>())
            Signal(new(kind));
    }

    /// <summary>Waits for the task of <see cref="Next"/>, at most for the given time.</summary>
    public static async Task WaitAsync(Task next, TimeSpan? limit, TimeProvider clock, CancellationToken cancel)
    {
        var time = limit is { } given && given < SafetyLook ? given : SafetyLook;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(next, Task.Delay(time, clock, timer.Token));
        await timer.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }
}

namespace ImageSdk.Hosting.Logs;

/// <summary>
/// Says in the log that the disk is full or broken. Callers get the error too, each for its object; the log has the same trouble once a
/// minute, with how often it was in between. For many threads.
/// </summary>
public sealed class DiskTrouble(Action<string> log, TimeProvider time)
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(1);

    // Of different texts, which may have names of files in them.
    const int MaxKnown = 64;

    readonly Lock gate = new();
    readonly Dictionary<string, (DateTimeOffset At, int Count)> known = [];

    /// <param name="what">What cannot be done: "objects cannot be stored".</param>
    public void Report(string what, Exception problem)
    {
        var text = $"{what}: {problem.Message}";
        lock (gate)
        {
            var now = time.GetUtcNow();
            var (at, count) = known.GetValueOrDefault(text);
            if (count > 0 && now - at < interval)
            {
                known[text] = (at, count + 1);
                return;
            }
            if (count > 1)
                text += $" ({count - 1} more since {at:HH:mm:ss} UTC)";
            if (known.Count >= MaxKnown)
                known.Clear();
            known[$"{what}: {problem.Message}"] = (now, 1);
        }
        log(text);
    }
}

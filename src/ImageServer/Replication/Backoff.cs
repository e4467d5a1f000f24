namespace ImageSdk.ImageServer.Replication;

/// <summary>Times between attempts: doubling up to a longest one, and each a little different, so that replicas spread.</summary>
sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    const double Jitter = 0.2;
    const int MaxDoublings = 16;

    int attempt;

    public TimeSpan Next()
    {
        var pause = first * Math.Pow(2, Math.Min(attempt++, MaxDoublings));
        return (pause < longest ? pause : longest) * (1 - Jitter + 2 * Jitter * Random.Shared.NextDouble());
    }

    /// <summary>Patience starts over.</summary>
    public void Reset() => attempt = 0;
}

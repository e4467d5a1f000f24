namespace ImageSdk.OpenStack.Http;

/// <summary>How often something is tried that may pass by itself, and how long to wait between: twice as long each time.</summary>
/// <param name="Attempts">In all.</param>
/// <param name="FirstDelay">Before the second attempt.</param>
/// <param name="LongestDelay">Between any two.</param>
public sealed record RetryPolicy(int Attempts, TimeSpan FirstDelay, TimeSpan LongestDelay)
{
    /// <summary>Outlives a restart of a service, which takes a minute.</summary>
    public static RetryPolicy Usual { get; } = new(8, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));

    /// <param name="attempt">The number of the one that failed, from 1 on.</param>
    /// <param name="said">What the server asks for, if anything.</param>
    internal TimeSpan DelayAfter(int attempt, TimeSpan? said = null)
    {
        var doubled = FirstDelay * Math.Pow(2, attempt - 1);
        var delay = said is { } wanted && wanted > doubled ? wanted : doubled;
        if (delay > LongestDelay)
            delay = LongestDelay;
        // So that those who were cut off together do not come back together.
        return delay * (0.8 + Random.Shared.NextDouble() * 0.2);
    }
}

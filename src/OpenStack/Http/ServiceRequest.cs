namespace ImageSdk.OpenStack.Http;

/// <summary>A request to a service.</summary>
/// <param name="Method">GET and the like.</param>
/// <param name="Address">Absolute.</param>
sealed record ServiceRequest(HttpMethod Method, Uri Address)
{
    /// <summary>Longest silence of a server that has something small to do.</summary>
    static readonly TimeSpan usualPatience = TimeSpan.FromSeconds(60);

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Makes the body, once for each attempt. What it is given is to be called as the body gets on its way: as long as that happens, the
    /// server is not waited for.
    /// </summary>
    public Func<Action, HttpContent>? Content { get; init; }

    /// <summary>Whether it does no harm to send it again after an attempt of which the outcome is not known.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>How long the connection may be silent.</summary>
    public TimeSpan Patience { get; init; } = usualPatience;

    /// <summary>A large body, which a server should be able to refuse before it is sent.</summary>
    public bool ExpectsContinue { get; init; }
}

namespace ImageSdk.OpenStack;

/// <summary>A cloud cannot be used: its settings are wrong, it refuses, or it cannot be reached. The message has no secrets.</summary>
/// <param name="code">"IMG" and four digits; listed in docs/errors.md.</param>
/// <param name="message">What was found, at which address, and what to do.</param>
/// <param name="isTransient">Whether it may pass by itself: a server that is down, or busy.</param>
public sealed class OpenStackException(string code, string message, bool isTransient = false, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    public bool IsTransient { get; } = isTransient;
}

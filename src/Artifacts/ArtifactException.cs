namespace ImageSdk.Artifacts;

/// <summary>An artifact cannot be made, for a reason that the user has to know.</summary>
/// <param name="code">"IMG" and four digits; listed in docs/errors.md.</param>
/// <param name="message">What was found, what was expected and what to do.</param>
public sealed class ArtifactException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}

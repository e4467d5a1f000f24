namespace ImageSdk.ImageService.Problems;

/// <summary>A job cannot be done, however often it is tried.</summary>
/// <param name="code">One of docs/errors.md.</param>
/// <param name="message">What happened, and what to do.</param>
sealed class RunException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;

    public string Line => $"{code}: {Message}";
}

namespace ImageSdk.Cli.Errors;

/// <summary>A command cannot be done. The message is one line that says what to do.</summary>
sealed class CommandException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>"IMG" and four digits.</summary>
    public string Code { get; } = code;
}

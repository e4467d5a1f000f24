namespace ImageSdk.Images.Text;

/// <summary>A line of a text that has not the form it must have.</summary>
public sealed class LineFormatException : FormatException
{
    internal LineFormatException(int line, string reason) : base($"line {line}: {reason}")
    {
        Line = line;
        Reason = reason;
    }

    /// <summary>Counted from 1.</summary>
    public int Line { get; }

    /// <summary>What was found and what was expected.</summary>
    public string Reason { get; }
}

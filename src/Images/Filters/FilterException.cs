namespace ImageSdk.Images;

/// <summary>A line of a filter or a trigger that is not a path expression.</summary>
public sealed class FilterException : FormatException
{
    internal FilterException(int line, string expression, string reason)
        : base($"line {line}: {reason} in: {expression}")
    {
        Line = line;
        Expression = expression;
        Reason = reason;
    }

    /// <summary>Counted from 1: the line of the text it was read from, or else its place in the list.</summary>
    public int Line { get; }

    public string Expression { get; }

    public string Reason { get; }
}

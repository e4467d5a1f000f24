namespace ImageSdk.Srpc;

/// <summary>Finds the end of a JSON value in bytes that come piece by piece, without looking at more.</summary>
sealed class JsonExtent
{
    int depth;
    bool isInString;
    bool isEscaped;
    bool isScalar;

    public bool IsComplete { get; private set; }

    /// <summary>How many of these bytes belong to the value or stand before it.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            var next = bytes[at];
            if (isScalar && IsSpace(next))
            {
                IsComplete = true;
                return at;
            }
            Step(next);
            if (IsComplete)
                return at + 1;
        }
        return bytes.Length;
    }

    static bool IsSpace(byte next) => next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    void Step(byte next)
    {
        if (isInString)
        {
            StepInString(next);
            return;
        }
        switch (next)
        {
            case (byte)'"':
                isInString = true;
                break;
            case (byte)'{' or (byte)'[':
                depth++;
                break;
            case (byte)'}' or (byte)']':
                IsComplete = --depth <= 0;
                break;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                break;
            default:
                isScalar = depth == 0;
                break;
        }
    }

    void StepInString(byte next)
    {
        if (isEscaped)
            isEscaped = false;
        else if (next == '\\')
            isEscaped = true;
        else if (next == '"')
        {
            isInString = false;
            IsComplete = depth == 0;
        }
    }
}

using System.Text;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>print and println.</summary>
static class Printing
{
    /// <summary>The values side by side, a blank between two that are both no texts.</summary>
    public static string Print(ReadOnlySpan<object?> values)
    {
        if (values is [string only])
            return only;
        var text = new StringBuilder();
        for (var index = 0; index < values.Length; index++)
        {
            if (index > 0 && values[index] is not string && values[index - 1] is not string)
                text.Append(' ');
            text.Append(ValueText.Of(values[index]));
        }
        return text.ToString();
    }

    /// <summary>The values with blanks between, and a new-line.</summary>
    public static string PrintLine(ReadOnlySpan<object?> values)
    {
        var text = new StringBuilder();
        for (var index = 0; index < values.Length; index++)
            text.Append(index > 0 ? " " : "").Append(ValueText.Of(values[index]));
        return text.Append('\n').ToString();
    }
}

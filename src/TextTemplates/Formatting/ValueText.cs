using System.Text;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>Values as "%v" shows them.</summary>
static class ValueText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        new ValueFormatter(text, new FormatFlags()).Write(value, 'v');
        return text.ToString();
    }
}

using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Errors;

/// <summary>A place in a template.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in characters.</param>
public readonly record struct TemplatePlace(int Line, int Column)
{
    internal static TemplatePlace Of(string source, int position)
    {
        var before = source.AsSpan(0, Math.Clamp(position, 0, source.Length));
        var line = before.Count('\n') + 1;
        var column = 1;
        foreach (var value in before[(before.LastIndexOf('\n') + 1)..])
            if (!ByteText.IsContinuation(value))
                column++;
        return new(line, column);
    }
}

using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;
using ImageSdk.TextTemplates.Parsing;
using ImageSdk.TextTemplates.Running;

namespace ImageSdk.TextTemplates;

/// <summary>
/// A text with actions between "{{" and "}}", as Go's text/template has them, over a table of variables: ".NAME" is a variable's value.
/// </summary>
/// <remarks>
/// Language: https://pkg.go.dev/text/template with the functions predefined there; "else with" and ranges over integers as in its newer
/// versions. The only values are texts, numbers, truth values and the table, so that "call" never finds a function.
/// </remarks>
public sealed class TextTemplate
{
    readonly string source;
    readonly IReadOnlyDictionary<string, ListNode> templates;

    TextTemplate(string source, IReadOnlyDictionary<string, ListNode> templates)
    {
        this.source = source;
        this.templates = templates;
    }

    /// <summary>Reads a template. Bytes outside actions need not be text.</summary>
    /// <exception cref="TemplateException">It is not of the language.</exception>
    public static TextTemplate Parse(ReadOnlySpan<byte> template)
    {
        var source = Encoding.Latin1.GetString(template);
        return new(source, Parser.Parse(source));
    }

    /// <summary>Writes the template with the variables' values.</summary>
    /// <param name="missing">Called where "&lt;no value&gt;" is written.</param>
    /// <exception cref="TemplateException">An action can't be carried out, or the result is out of all proportion.</exception>
    public byte[] Render(
        IReadOnlyDictionary<string, string> variables, Action<MissingVariable>? missing = null, CancellationToken cancellation = default) =>
        Encoding.Latin1.GetBytes(new Renderer(source, templates, missing, cancellation).Render(new VariableTable(variables)));
}

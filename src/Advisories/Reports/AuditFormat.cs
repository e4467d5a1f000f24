using System.Text;
using ImageSdk.Advisories.Auditing;

namespace ImageSdk.Advisories.Reports;

/// <summary>A form in which an audit is written.</summary>
/// <param name="Name">As users say it.</param>
public sealed record AuditFormat(string Name, Action<Stream, AuditReport> Write)
{
    static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static AuditFormat Text { get; } = new("text", AsText(TextReport.Write));

    public static AuditFormat Markdown { get; } = new("markdown", AsText(MarkdownReport.Write));

    public static AuditFormat Json { get; } = new("json", JsonReport.Write);

    /// <summary>All there are.</summary>
    public static IReadOnlyList<AuditFormat> All { get; } = [Text, Markdown, Json];

    /// <summary>By its name; null where there is none of that name.</summary>
    public static AuditFormat? Find(string name) => All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    static Action<Stream, AuditReport> AsText(Action<TextWriter, AuditReport> write) => (output, report) =>
    {
        using var writer = new StreamWriter(output, utf8, 1 << 16, leaveOpen: true) { NewLine = "\n" };
        write(writer, report);
    };
}

using System.Text;

namespace ImageSdk.Comparison.Reports;

/// <summary>A form in which a comparison is written.</summary>
/// <param name="Name">As users say it.</param>
/// <param name="Extension">Of its files, without a dot.</param>
public sealed record ReportFormat(string Name, string Extension, Action<Stream, ChangeReport> Write)
{
    static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static ReportFormat Text { get; } = new("text", "txt", AsText(TextReport.Write));

    public static ReportFormat Markdown { get; } = new("markdown", "md", AsText(MarkdownReport.Write));

    public static ReportFormat Json { get; } = new("json", "json", JsonReport.Write);

    public static ReportFormat Html { get; } = new("html", "html", AsText(HtmlReport.Write));

    /// <summary>All there are.</summary>
    public static IReadOnlyList<ReportFormat> All { get; } = [Text, Markdown, Json, Html];

    /// <summary>By its name; null where there is none of that name.</summary>
    public static ReportFormat? Find(string name) => All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>By the extension of a file; null where that says nothing.</summary>
    public static ReportFormat? ForFile(string file) =>
        All.FirstOrDefault(format => Path.GetExtension(file).TrimStart('.').Equals(format.Extension, StringComparison.OrdinalIgnoreCase));

    static Action<Stream, ChangeReport> AsText(Action<TextWriter, ChangeReport> write) => (output, report) =>
    {
        using var writer = new StreamWriter(output, utf8, leaveOpen: true) { NewLine = "\n" };
        write(writer, report);
    };
}

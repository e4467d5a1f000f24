using ImageSdk.Comparison;
using ImageSdk.Comparison.Reports;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Building.Changes;

/// <summary>Says what changed: a line or two in the log, all of it in the detailed log and in a file.</summary>
sealed class ChangeReporter(IBuildListener listener)
{
    /// <summary>Lines of the detailed log.</summary>
    const int maximumLines = 2_000;

    /// <param name="file">Its extension says the format; empty for none.</param>
    /// <exception cref="BuildException">IMG1600: the format is unknown.</exception>
    public void Report(ChangeReport report, string file, string projectFile)
    {
        if (report.IsSame)
            return;
        foreach (var line in ChangeSummary.Format(report))
            listener.Note(line);
        foreach (var line in TextOf(report).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(maximumLines))
            listener.Output(line);
        Write(report, file, projectFile);
    }

    /// <summary>Writes the file alone.</summary>
    /// <inheritdoc cref="Report"/>
    public static void Write(ChangeReport report, string file, string projectFile)
    {
        if (file.Length == 0)
            return;
        var format = FormatOf(file, projectFile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, stream => format.Write(stream, report));
    }

    public static ReportFormat FormatOf(string file, string projectFile) => ReportFormat.ForFile(file) ?? throw new BuildException("IMG1600",
        $"The file of an image's changes, {file}, has no known format. Give it one of these extensions: {string.Join(", ", ReportFormat.All.Select(format => $".{format.Extension}"))}.", projectFile);

    static string TextOf(ChangeReport report)
    {
        using var output = new MemoryStream();
        ReportFormat.Text.Write(output, report);
        return System.Text.Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }
}

using ImageSdk.Advisories.Auditing;
using ImageSdk.Images.Text;

namespace ImageSdk.Advisories.Reports;

/// <summary>An audit for terminals: of each affected image its packages, then what a rebuild mends.</summary>
static class TextReport
{
    public static void Write(TextWriter output, AuditReport report)
    {
        foreach (var image in report.Images.Where(image => image.Packages.Count > 0 || !image.IsCovered))
        {
            output.WriteLine($"{OneLine.Of(image.Image.Name)}: {AuditWords.Uncovered(image) ?? $"{image.Image.Release}, {AuditWords.Count(image.Count, "vulnerability", "vulnerabilities")}"}");
            foreach (var package in image.Packages)
            {
                var named = package.Binaries is [var only] && only == package.Name ? "" : $" ({string.Join(", ", package.Binaries)})";
                foreach (var group in AuditWords.Grouped(package))
                {
                    output.WriteLine($"  {OneLine.Of($"{package.Name} {package.Version}{named}")}: {AuditWords.Fix(group.Key.FixedIn, group.Key.Remedy)}");
                    output.WriteLine($"    {string.Join(", ", group.Select(finding => AuditWords.Name(finding.Advisory)))}");
                }
            }
        }
        if (report.Rebuilds is { Count: > 0 } streams)
        {
            output.WriteLine("streams to rebuild, in this order:");
            foreach (var stream in streams)
                output.WriteLine($"  {OneLine.Of(stream.Stream)}: mends {OneLine.Of(string.Join(", ", stream.Mended))}{(stream.NeedsLock ? "; update its lock first" : "")}{(stream.Remaining > 0 ? $"; {stream.Remaining} without a fix remain" : "")}");
        }
        output.WriteLine(AuditWords.Summary(report));
    }
}

using ImageSdk.Advisories.Auditing;
using ImageSdk.Images.Text;

namespace ImageSdk.Advisories.Reports;

/// <summary>How reports for people say things. What advisories and images say is kept to a line.</summary>
static class AuditWords
{
    /// <summary>Findings of a package that the same version mends.</summary>
    public static IEnumerable<IGrouping<(string? FixedIn, Remedy Remedy), Finding>> Grouped(VulnerablePackage package) =>
        package.Findings.GroupBy(finding => (finding.FixedIn, finding.Remedy));

    public static string Fix(string? fixedIn, Remedy remedy) => remedy switch
    {
        Remedy.None => "no fix is known",
        Remedy.NotInArchive => $"fixed in {OneLine.Of(fixedIn!)}, which the archive does not have",
        Remedy.UpdateLock => $"fixed in {OneLine.Of(fixedIn!)}, and locked",
        _ => $"fixed in {OneLine.Of(fixedIn!)}",
    };

    /// <summary>"CVE-2023-5363 (DSA-5532-1)".</summary>
    public static string Name(Advisory advisory) => OneLine.Of((advisory.Subject == advisory.Id, advisory.Aliases) switch
    {
        (false, _) when advisory.Id.EndsWith(advisory.Subject, StringComparison.Ordinal) => advisory.Subject,
        (false, _) => $"{advisory.Subject} ({advisory.Id})",
        (true, []) => advisory.Id,
        (true, var aliases) => $"{advisory.Id} ({string.Join(", ", aliases)})",
    });

    /// <summary>Why nothing can be said of an image; null where something can.</summary>
    public static string? Uncovered(ImageFindings image) => image.IsCovered ? null
        : image.Image.Release is { } release ? $"there are no advisories about {OneLine.Of(release.ToString())}" : "the image does not say which distribution it is of";

    public static string Summary(AuditReport report)
    {
        var packages = report.Images.SelectMany(image => image.Packages).DistinctBy(package => (package.Name, package.Version)).ToList();
        var advisories = packages.SelectMany(package => package.Findings).Select(finding => finding.Advisory.Subject).Distinct().Count();
        var names = packages.Select(package => package.Name).Distinct().Count();
        return $"{Count(report.Images.Count, "image")}, {report.Affected} affected"
            + (report.Affected > 0 ? $" by {Count(advisories, "advisory", "advisories")} on {Count(names, "package")}" : "")
            + $"; {Count(report.Advisories, "advisory", "advisories")} read";
    }

    public static string Count(int count, string one, string? many = null) => $"{count.ToString("N0", global::System.Globalization.CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? $"{one}s")}";
}

using System.Text;
using ImageSdk.Advisories.Auditing;
using ImageSdk.Advisories.Reading;
using ImageSdk.Advisories.Reports;

namespace ImageSdk.Advisories.Tests;

/// <summary>Advisories as a file, held against images.</summary>
static class AuditRun
{
    public static readonly DistributionRelease Bookworm = new("debian", "12");

    public static AuditedImage Image(params (string Source, string Version)[] packages) =>
        new("base/app", Bookworm, [.. packages.Select(package => AuditedPackage.Of(package.Source, package.Version))]);

    public static AuditReport Hold(string advisories, params AuditedImage[] images) => Hold(Encoding.UTF8.GetBytes(advisories), [], null, images);

    public static AuditReport Hold(byte[] advisories, string[] ignored, ArchiveVersions? archive, params AuditedImage[] images)
    {
        var file = Path.Combine(Path.GetTempPath(), $"advisories ü {Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(file, advisories);
            var audit = new Audit(images, ignored);
            audit.Read(file);
            return audit.Report(archive);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A line a finding.</summary>
    public static string[] Lines(AuditReport report) => [.. report.Images.SelectMany(image => image.Packages.SelectMany(package =>
        package.Findings.Select(finding => $"{package.Name} {package.Version}: {finding.Advisory.Subject}, {finding.FixedIn ?? "-"}, {finding.Remedy}")))];

    public static string Text(AuditFormat format, AuditReport report)
    {
        using var output = new MemoryStream();
        format.Write(output, report);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}

using ImageSdk.Advisories;
using ImageSdk.Advisories.Auditing;
using ImageSdk.Advisories.Reading;
using ImageSdk.Building.Documents;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;

namespace ImageSdk.Building.Auditing;

/// <summary>Holds advisories against the image of a build: a warning an image.</summary>
sealed class ImageAuditor(BuildPlan plan, StateDirectory state, BuildWorkers workers, IBuildListener listener)
{
    /// <summary>Packages that the warning names.</summary>
    const int MostNamed = 10;

    /// <summary>Vulnerabilities of a package that it names.</summary>
    const int MostCves = 3;

    /// <exception cref="BuildException">IMG1630, IMG1631: there are no advisories, or they cannot be read.</exception>
    public async Task AuditAsync(AuditSettings settings, CancellationToken cancellation)
    {
        var projectFile = plan.Project.ProjectFile;
        var files = await new AdvisorySources(() => plan.Project.CacheDirectory, listener, projectFile).FetchAsync(settings.Sources, Path.GetDirectoryName(projectFile)!, cancellation);
        try
        {
            var image = await ReadAsync(cancellation);
            var audit = new Audit([image], settings.Ignored);
            foreach (var file in files)
                audit.Read(file, cancellation);
            Tell(audit.Report().Images[0], settings);
        }
        catch (AdvisoryException exception)
        {
            throw new BuildException("IMG1631", $"The image cannot be audited: {exception.Message}.", projectFile, inner: exception);
        }
    }

    void Tell(ImageFindings findings, AuditSettings settings)
    {
        if (!findings.IsCovered)
        {
            Warn("IMG1633", findings.Image.Release is { } release
                ? $"Nothing is known of vulnerabilities in {plan.Project.Stream}: the advisories are about no package of {release}. Add those of its distribution to ImageAdvisories."
                : $"Nothing is known of vulnerabilities in {plan.Project.Stream}: its os-release does not say which distribution it is of.");
            return;
        }
        var packages = (settings.WithUnfixed ? findings : findings.Where(finding => finding.FixedIn is not null)).Packages;
        if (packages.Count == 0)
            return;
        var count = packages.SelectMany(package => package.Findings).Select(finding => finding.Advisory.Subject).Distinct().Count();
        var advice = plan.Project.Lock is not null ? "Update the lock (dotnet restore --force-evaluate) and rebuild" : "Rebuild the image when its archives have what is fixed";
        Warn("IMG1632", $"{plan.Project.Stream} has known vulnerabilities, {count} in {packages.Count} packages: {string.Join(", ", packages.Take(MostNamed).Select(Describe))}"
            + $"{(packages.Count > MostNamed ? $" and {packages.Count - MostNamed} more" : "")}. {advice}; an ImageAdvisoryIgnore item leaves one out that does not matter.");
    }

    static string Describe(VulnerablePackage package)
    {
        var names = package.Findings.Select(finding => finding.Advisory.Subject).ToList();
        var fix = package.Findings.Select(finding => finding.FixedIn).OfType<string>().Order(DebianVersion.Order).LastOrDefault();
        return $"{package.Name} {package.Version} ({string.Join(", ", names.Take(MostCves))}{(names.Count > MostCves ? $" and {names.Count - MostCves} more" : "")}{(fix is null ? "" : $"; fixed in {fix}")})";
    }

    void Warn(string code, string message) => listener.Report(new(DiagnosticSeverity.Warning, code, message, plan.Project.ProjectFile));

    async Task<AuditedImage> ReadAsync(CancellationToken cancellation)
    {
        // A document has all of it, also where another machine built the image.
        foreach (var kind in AttestationKinds.BillsOfMaterials)
            if (plan.Project.Attestations.Contains(kind) && AttestationKinds.FileBeside(plan.Project.ImageFile, kind) is var file && File.Exists(file))
            {
                await using var document = File.OpenRead(file);
                return new BillOfMaterials().TryRead(document, plan.Project.Stream) ?? new(plan.Project.Stream, null, []);
            }
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        var contents = await new ImageDescriber(plan, state, layers, workers, listener).ReadContentsAsync(cancellation);
        return new(plan.Project.Stream, DistributionRelease.Of(contents.System.Id, contents.System.VersionId),
            [.. contents.Packages.Select(package => AuditedPackage.Of(package.Name, package.Version, package.SourceName, package.SourceVersion))]);
    }
}

using System.CommandLine;
using ImageSdk.Advisories;
using ImageSdk.Advisories.Auditing;
using ImageSdk.Advisories.Reading;
using ImageSdk.Advisories.Reports;
using ImageSdk.Building.Auditing;
using ImageSdk.Cli.Auditing;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk audit: which packages of images have known vulnerabilities, and which streams a rebuild mends.</summary>
sealed class AuditCommand : ImageCommand
{
    readonly Argument<string[]> images = new("IMAGE")
    {
        Description = "Images, streams, patterns with *, projects, bills of materials, locks; the newest image of every stream where none is given",
        Arity = ArgumentArity.ZeroOrMore,
    };

    readonly Option<string[]> advisories = new("--advisories")
    {
        Description = "OSV's records (.json, .zip, a directory) or the data of Debian's security tracker: a path or an address; several times for several", HelpName = "PATH|URL", Required = true, Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string[]> archive = new("--archive")
    {
        Description = "Lists of packages that archives have (Packages, /var/lib/apt/lists): whether a rebuild gets what is fixed", HelpName = "PATH", Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<bool> all = new("--all") { Description = "All images of streams, not only the newest" };
    readonly Option<bool> fixable = new("--fixable") { Description = "Only what a rebuild or a newer lock mends" };
    readonly Option<string[]> ignore = new("--ignore") { Description = "An advisory or a CVE that does not count", HelpName = "ID", Arity = ArgumentArity.OneOrMore };
    readonly Option<string?> release = new("--release") { Description = "What a bill of materials or a lock is of that does not say it: debian-12", HelpName = "ID-VERSION" };
    readonly Option<string> format = new("--format")
    {
        Description = $"Form of the report: {string.Join(", ", AuditFormat.All.Select(known => known.Name))}", HelpName = "FORMAT", DefaultValueFactory = _ => AuditFormat.Text.Name,
    };

    readonly Option<string?> cache = new("--cache") { Description = "The build cache, which keeps advisories that are fetched [default: that of builds]", HelpName = "DIR" };

    public AuditCommand() : base("audit", "Hold advisories against images: exit code 0 none is affected, 1 some are, 2 error or not all could be audited")
    {
        Add(images);
        format.CompletionSources.Add([.. AuditFormat.All.Select(known => known.Name)]);
        foreach (var option in (Option[])[advisories, archive, all, fixable, ignore, release, format, cache])
            Add(option);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var form = FormatOf(arguments, context);
        var assumed = ReleaseOf(arguments.GetValue(release));
        var sources = new AdvisorySources(() => CacheLocation.Find(arguments.GetValue(cache), context.Host.GetVariable), new CacheListener(context));
        var files = await sources.FetchAsync(arguments.GetValue(advisories)!, Environment.CurrentDirectory, context.Cancellation);
        AuditReport report;
        try
        {
            var available = arguments.GetValue(archive) is { Length: > 0 } lists ? ArchiveVersions.Read(lists) : null;
            var audit = new Audit(await new AuditSubjects(context, assumed).ReadAsync(arguments.GetValue(images) ?? [], arguments.GetValue(all)), arguments.GetValue(ignore) ?? []);
            foreach (var file in files)
                audit.Read(file, context.Cancellation);
            report = audit.Report(available);
        }
        catch (AdvisoryException exception)
        {
            throw new CommandException(ErrorCode.BadAdvisories, exception.Message, exception);
        }
        if (arguments.GetValue(fixable))
            report = report with { Images = [.. report.Images.Select(image => image.Where(finding => finding.IsMendable))] };
        context.Host.WriteBytes(output => form.Write(output, report));
        var unknown = report.Images.Count(image => !image.IsCovered);
        if (unknown > 0)
            context.Warn(ErrorCode.NotAudited, $"{unknown} of {report.Images.Count} images could not be audited, as the report says: add the advisories of their distributions, or say with --release what they are of");
        return unknown > 0 ? ExitCode.Error : report.Affected > 0 ? ExitCode.No : ExitCode.Success;
    }

    AuditFormat FormatOf(ParseResult arguments, CommandContext context)
    {
        if (context.IsJson)
            return AuditFormat.Json;
        var name = arguments.GetRequiredValue(format);
        return AuditFormat.Find(name) ?? throw new CommandException(
            ErrorCode.Usage, $"there is no format {name}: use one of {string.Join(", ", AuditFormat.All.Select(known => known.Name))}");
    }

    static DistributionRelease? ReleaseOf(string? text) => text is null ? null
        : text.LastIndexOf('-') is > 0 and var dash && DistributionRelease.Of(text[..dash], text[(dash + 1)..]) is { } release ? release
        : throw new CommandException(ErrorCode.Usage, $"\"{text}\" is no release of a distribution: write it as debian-12 or ubuntu-24.04");
}

using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Views;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show: what is known of an image, or one part of it at length. Of an image server's, the tree, as imagetool.</summary>
sealed class ShowCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Option<bool> details = new("--details") { Description = "All that is known but the tree; so it is for a store" };
    readonly Option<bool> files = new("--files") { Description = "The tree, one line a path, as imagetool lists it; so it is for a server" };
    readonly Option<bool> packages = new("--packages") { Description = "The packages instead: name, version and size" };
    readonly Option<bool> log = new("--log") { Description = "The build log instead" };
    readonly Option<string?> sbom = new("--sbom")
    {
        Description = $"The bill of materials instead, in one of two formats; {AttestationKinds.Spdx} where none is said", Arity = ArgumentArity.ZeroOrOne,
    };
    readonly Option<bool> provenance = new("--provenance") { Description = "The statement of how it was made instead" };
    readonly ListingOptions listing = new();

    public ShowCommand() : base("show", "Show an image")
    {
        Add(image);
        foreach (var option in Parts)
            Add(option);
        Add(sbom.AcceptOnlyFromAmong([.. AttestationKinds.BillsOfMaterials]));
        listing.AddTo(this);
        Validators.Add(result =>
        {
            if (Parts.Count(result.GetValue) + (result.GetResult(sbom) is null ? 0 : 1) > 1)
                result.AddError("Only one of --details, --files, --packages, --log, --sbom and --provenance can be shown at a time.");
        });
    }

    Option<bool>[] Parts => [details, files, packages, log, provenance];

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var document = arguments.GetValue(provenance) ? AttestationKinds.Provenance
            : arguments.GetResult(sbom) is null ? null
            : arguments.GetValue(sbom) ?? AttestationKinds.Spdx;
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: document is null, Filter: listing.ReadFilter(arguments)));
        if (document is not null)
            ShowDocument(found, document, context);
        else if (arguments.GetValue(packages))
            ShowPackages(found, context);
        else if (arguments.GetValue(log))
            await ShowLogAsync(found, context);
        else if (arguments.GetValue(files) || !arguments.GetValue(details) && IsTreeMeant(arguments, context))
            ShowFiles(found, arguments, context);
        else if (context.IsJson)
            context.Host.WriteJson(json => ImageJson.Write(json, found));
        else
            ImageText.Write(context.Host.Text, found);
        return ExitCode.Success;
    }

    bool IsTreeMeant(ParseResult arguments, CommandContext context) =>
        listing.IsGiven(arguments) || !context.IsJson && context.Repository is ServerRepository;

    void ShowFiles(FoundImage found, ParseResult arguments, CommandContext context)
    {
        var tree = found.Tree;
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(
                tree.Index.Entries, entry => json.WriteEntry(entry, tree.Index.CountLinks(entry))));
        }
        else
            context.Host.WriteBytes(output => listing.Read(arguments).Write(tree, output));
    }

    static void ShowPackages(FoundImage found, CommandContext context)
    {
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(found.Image.Packages, json.WritePackage));
        else
            TextColumns.WriteTable(context.Host.Text, PackageRows.Of(found.Image.Packages));
    }

    // JSON in any case, byte for byte.
    static void ShowDocument(FoundImage found, string kind, CommandContext context)
    {
        using var content = AttestationDocument.Open(found, kind, context);
        context.Host.WriteBytes(content.CopyTo);
    }

    static async Task ShowLogAsync(FoundImage found, CommandContext context)
    {
        using var content = BuildLog.Open(found, context);
        if (context.IsJson)
        {
            using var reader = new StreamReader(content);
            var text = await reader.ReadToEndAsync(context.Cancellation);
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteString("log", text)));
        }
        else
            context.Host.WriteBytes(content.CopyTo);
    }
}

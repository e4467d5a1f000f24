using System.CommandLine;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Stores;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show: what is known of an image, or one part of it at length.</summary>
sealed class ShowCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Option<bool> files = new("--files") { Description = "The tree instead, one line a path, as imagetool lists it" };
    readonly Option<bool> packages = new("--packages") { Description = "The packages instead: name, version and size" };
    readonly Option<bool> log = new("--log") { Description = "The build log instead" };

    public ShowCommand() : base("show", "Show an image")
    {
        Add(image);
        Add(files);
        Add(packages);
        Add(log);
        Validators.Add(result =>
        {
            if (((Option<bool>[])[files, packages, log]).Count(result.GetValue) > 1)
                result.AddError("Only one of --files, --packages and --log can be shown at a time.");
        });
    }

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var found = context.Find(arguments.GetRequiredValue(image));
        if (arguments.GetValue(files))
            ShowFiles(found, context);
        else if (arguments.GetValue(packages))
            ShowPackages(found, context);
        else if (arguments.GetValue(log))
            ShowLog(found, context);
        else if (context.IsJson)
            context.Host.WriteJson(json => ImageJson.Write(json, found));
        else
            ImageText.Write(context.Host.Text, found);
        return ExitCode.Success;
    }

    static void ShowFiles(FoundImage found, CommandContext context)
    {
        var tree = found.Tree;
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(
                tree.Index.Entries, entry => json.WriteEntry(entry, tree.Index.CountLinks(entry))));
        }
        else
            context.Host.WriteBytes(output => new Listing().Write(tree, output));
    }

    static void ShowPackages(FoundImage found, CommandContext context)
    {
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(found.Image.Packages, json.WritePackage));
        else
            PackageTable.Write(context.Host.Text, found.Image.Packages);
    }

    static void ShowLog(FoundImage found, CommandContext context)
    {
        if (found.Image.BuildLog is not { } annotation)
            throw new CommandException(ErrorCode.NoBuildLog, $"{found.Name} has no build log");
        if (annotation.Object is not { } hash)
            throw new CommandException(ErrorCode.NoBuildLog, $"the build log of {found.Name} is not in the store but at {annotation.Url}");
        using var content = context.Objects.OpenRead(hash);
        if (context.IsJson)
        {
            using var reader = new StreamReader(content);
            var text = reader.ReadToEnd();
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteString("log", text)));
        }
        else
            context.Host.WriteBytes(content.CopyTo);
    }
}

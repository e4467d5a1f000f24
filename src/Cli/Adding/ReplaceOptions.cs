using System.CommandLine;
using ImageSdk.Cli.Options;
using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

/// <summary>The layers that replace files of an image, and what else is new in it.</summary>
sealed class ReplaceOptions
{
    readonly Argument<string[]> layers = new("LAYER")
    {
        Description = "Images, directories (d:DIR) or tar files (d:FILE.tar)", Arity = ArgumentArity.OneOrMore,
    };

    readonly Option<string?> computed = new("--computed-files") { Description = "A list of computed files: lines PATH SOURCE, or JSON", HelpName = "FILE" };
    readonly ExpiryOption expiry = new();

    public void AddTo(Command command)
    {
        command.Add(layers);
        command.Add(computed);
        expiry.AddTo(command);
    }

    public ImageReplacement Read(ParseResult arguments, CommandContext context) => new(
        context, arguments.GetRequiredValue(layers),
        arguments.GetValue(computed) is { } list ? InputFile.ReadComputedFiles(list) : [], expiry.Read(arguments));
}

/// <summary>Adds new versions of images in which layers replace files. All other metadata stay.</summary>
sealed class ImageReplacement(CommandContext context, string[] layers, IReadOnlyList<ComputedFile> computed, DateTimeOffset? expiresAt)
{
    /// <exception cref="CommandException">A layer has a file that the base lacks, or has as something else.</exception>
    public async Task AddAsync(string name, string baseName)
    {
        var adder = new ImageAdder(context);
        await adder.RequireNewAsync(name);
        var found = await context.FindAsync(baseName);
        if (found.Image.ExpiresAt is not null)
        {
            context.Warn(ErrorCode.ExpiringSkipped, $"Skipping expiring image: {found.Name}");
            return;
        }
        var tree = found.Tree;
        foreach (var layer in layers)
        {
            var above = await context.FindAsync(layer);
            if (above.Objects is { } own)
                adder.Use(own, above.Tree);
            tree = Apply(tree, above.Tree);
        }
        var image = found.Image with { FileSystem = tree, ExpiresAt = expiresAt };
        await adder.AddAsync(name, new ImageDraft(image, computed, null, RequiredPaths.Default).Complete(tree, null));
    }

    static FileSystem Apply(FileSystem below, FileSystem layer)
    {
        try
        {
            return ImageLayer.Apply(below, layer);
        }
        catch (ImageFormatException exception)
        {
            throw new CommandException(ErrorCode.BadLayer, $"{exception.Message}: a layer replaces files and adds none", exception);
        }
    }
}

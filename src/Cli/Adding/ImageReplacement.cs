using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

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
            // Paths, as the original has them; an image's name is one that is no path here.
            var specifier = Path.Exists(layer) ? $"d:{layer}" : layer;
            var above = await context.FindAsync(specifier, new(Filter: found.Image.Filter));
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

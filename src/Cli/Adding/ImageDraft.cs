using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Adding;

/// <summary>An image that lacks its tree.</summary>
/// <param name="Image">All that is known of it.</param>
/// <param name="ComputedFiles">To be put into the tree.</param>
/// <param name="MtimesFrom">An image whose times are to be copied; null for none.</param>
/// <param name="Required">What the tree must have.</param>
sealed record ImageDraft(Image Image, IReadOnlyList<ComputedFile> ComputedFiles, string? MtimesFrom, RequiredPaths Required)
{
    public async Task<FileSystem?> FindMtimesAsync(CommandContext context) =>
        MtimesFrom is null ? null : (await context.FindAsync(MtimesFrom)).Tree;

    /// <summary>Puts the tree in and checks the image.</summary>
    /// <param name="tree">Without computed files.</param>
    /// <param name="mtimes">The tree whose times are copied; null for none.</param>
    /// <param name="isChecked">False where the tree is not complete yet.</param>
    /// <exception cref="CommandException">A computed file or a required path is missing.</exception>
    public Image Complete(FileSystem tree, FileSystem? mtimes, bool isChecked = true)
    {
        try
        {
            tree = ComputedFile.Splice(tree, ComputedFiles);
        }
        catch (ImageFormatException exception)
        {
            throw new CommandException(ErrorCode.BadInputFile, $"--computed-files: {exception.Message}", exception);
        }
        var image = Image with { FileSystem = mtimes is null ? tree : tree.CopyMtimes(mtimes) };
        if (isChecked)
            ImageAdder.Check(image, Required);
        return image;
    }
}

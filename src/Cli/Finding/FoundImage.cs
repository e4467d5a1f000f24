using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Finding;

/// <summary>An image that was asked for.</summary>
/// <param name="Name">Its name in the store, or the path of its file.</param>
/// <param name="IsFile">It does not come from the store or the server.</param>
sealed record FoundImage(string Name, Image Image, bool IsFile)
{
    /// <summary>Its objects, where they are elsewhere than those of the store or the server.</summary>
    public IObjectSource? Objects { get; init; }

    /// <exception cref="CommandException">The image has no tree.</exception>
    public FileSystem Tree => Image.FileSystem ?? throw new CommandException(
        ErrorCode.DamagedImage, $"{Name} has no file system: build and publish it again");
}

using ImageSdk.Contracts.Messages;
using ImageSdk.Images;

namespace ImageSdk.Building.Contents;

/// <summary>The contents of a built image's files: in the layers of this machine, or at the one that built it.</summary>
interface IImageContent : IAsyncDisposable
{
    /// <summary>Brings objects into an object directory.</summary>
    /// <param name="objects">Each with one of the paths that have it.</param>
    /// <exception cref="Contracts.Diagnostics.BuildException">They are no longer there.</exception>
    Task StoreAsync(IReadOnlyList<ImageObject> objects, string directory, CancellationToken cancellation);

    /// <summary>Writes the log of the build, where its file is not at its place.</summary>
    /// <exception cref="Contracts.Diagnostics.BuildException">It is no longer there.</exception>
    Task WriteLogAsync(ObjectHash log, string file, CancellationToken cancellation);

    /// <summary>Writes what a NuGet package carries of the image beside its record.</summary>
    /// <exception cref="Contracts.Diagnostics.BuildException">It is no longer there.</exception>
    Task PackAsync(string objectsFile, string noticesFile, CancellationToken cancellation);
}

namespace ImageSdk.Artifacts;

/// <summary>
/// A form in which an image is deployed: a file system, an archive, a disk. What is written depends on nothing but
/// <see cref="ArtifactContext"/> and the host tools: equal input gives equal bytes, whoever writes it and where.
/// </summary>
public interface IArtifactFormat
{
    /// <summary>What projects call it: "squashfs". Lower case.</summary>
    string Name { get; }

    /// <summary>Whether it is a folder of several files.</summary>
    bool IsFolder => false;

    /// <summary>Whether it is made of the disk that the image is built on: of images that are built on none it cannot be.</summary>
    bool NeedsSourceDisk => false;

    /// <summary>Raised when equal input gives other bytes than before, so that artifacts of earlier versions are made again.</summary>
    int Version { get; }

    /// <summary>What a project may say of it, beside the options that all formats have.</summary>
    IReadOnlyList<ArtifactOption> Options => [];

    /// <summary>Name of the file, or of the folder where the format writes several files.</summary>
    /// <param name="image">Name of the image's record without its extension: "web".</param>
    string FileName(string image, ArtifactSettings settings);

    /// <summary>The programs of the host that it runs with these settings.</summary>
    IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [];

    /// <summary>Files of the machine whose content the artifact depends on, beside the image: absolute paths.</summary>
    IReadOnlyList<string> InputFiles(ArtifactSettings settings) => [];

    /// <summary>Looks for mistakes that no single option shows. Called before anything is built.</summary>
    /// <exception cref="ArtifactException">The settings do not go together.</exception>
    void Check(ArtifactSettings settings)
    {
    }

    /// <summary>
    /// Writes the artifact to <see cref="ArtifactContext.OutputPath"/>, where nothing is yet. What is there after an exception is
    /// removed by the caller. Runs inside the namespaces of the build's worker, as root there.
    /// </summary>
    /// <exception cref="ArtifactException">The image cannot be written in this format, or a tool failed.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    void Write(ArtifactContext context);
}

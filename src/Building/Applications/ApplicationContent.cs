using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Applications;

/// <summary>What applications come to in an image.</summary>
/// <param name="Trees">Generated files and the runtime; the applications' own files are not among them.</param>
/// <param name="Packages">Names of packages.</param>
public sealed record ApplicationContent(IReadOnlyList<ProjectTreeItem> Trees, IReadOnlyList<string> Packages)
{
    /// <summary>How a container engine runs the image; null where it has no application, or several.</summary>
    public ApplicationContainer? Container { get; init; }
}

/// <summary>How a container engine runs an application.</summary>
public sealed record ApplicationContainer(
    IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<string> Ports, string User, string WorkingDirectory);

namespace ImageSdk.Contracts.Projects;

/// <summary>A source image that is missing or too old, and how to make it.</summary>
/// <param name="Project">Path of the project that builds it.</param>
/// <param name="Variables">The manifest's and the project's build variables for it, expanded.</param>
public sealed record SourceToBuild(string Project, IReadOnlyList<NamedValue> Variables);

namespace ImageSdk.Contracts.Messages;

/// <summary>Which of the artifacts that are folders are to go; those that are files MSBuild removes itself.</summary>
/// <param name="Directory">The folder that artifacts of the project go into.</param>
/// <param name="Image">Name of the image's record without its extension: "web".</param>
/// <param name="Stream">Of the project. Several projects may share a directory.</param>
/// <param name="Keep">Absolute paths of those that stay.</param>
/// <param name="CacheDirectory">Where the worker keeps what it works with.</param>
/// <param name="All">Also what no record tells of: left by a build that was killed, or by one that lost the record.</param>
public sealed record ArtifactRemoval(
    string Directory, string Image, string Stream, IReadOnlyList<string> Keep, string CacheDirectory, bool All);

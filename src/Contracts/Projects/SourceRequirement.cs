namespace ImageSdk.Contracts.Projects;

/// <summary>Which image of a stream a build is to stand on, and with what to build it where there is none. All is expanded.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="GitCommitId">The commit, branch or tag that it must come from; empty for any.</param>
/// <param name="TagsToMatch">Tags that it must have, each with one of the values.</param>
/// <param name="BuildVariables">Variables for its build.</param>
public sealed record SourceRequirement(
    string Stream, string GitCommitId, IReadOnlyDictionary<string, IReadOnlyList<string>> TagsToMatch, IReadOnlyDictionary<string, string> BuildVariables);

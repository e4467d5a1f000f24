using System.Text.Json;
using ImageSdk.Contracts.Projects;
using ImageSdk.Imaginator.Engine;

namespace ImageSdk.Imaginator.Running;

/// <summary>A job that a worker does: one build with the engine. Its input is a <see cref="BuildOrder"/>.</summary>
static class EngineJob
{
    public const string Kind = "engine";
}

/// <summary>Its result: an image, or the source image that has to be there first.</summary>
sealed record EngineResult(BuildOutcome? Outcome, NeededImage? Needed = null)
{
    public static EngineResult Read(string json) => JsonSerializer.Deserialize<EngineResult>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <summary>A <see cref="SourceNeededException"/> on its way.</summary>
/// <param name="Problem">That it is missing, or too old.</param>
sealed record NeededImage(
    string Problem, string Stream, string GitCommitId, IReadOnlyDictionary<string, IReadOnlyList<string>> TagsToMatch, IReadOnlyDictionary<string, string> BuildVariables)
{
    public static NeededImage Of(SourceNeededException needed) =>
        new(needed.Problem, needed.Needed.Stream, needed.Needed.GitCommitId, needed.Needed.TagsToMatch, needed.Needed.BuildVariables);

    public SourceNeededException ToException() => new(Problem, new SourceRequirement(Stream, GitCommitId, TagsToMatch, BuildVariables));
}

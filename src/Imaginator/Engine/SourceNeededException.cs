using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Engine;

/// <summary>A source image is missing or too old. The message is the original's.</summary>
sealed class SourceNeededException(string problem, SourceRequirement source) : Exception($"error unpacking image: {problem}: {Describe(source)}")
{
    /// <summary>That it is missing, or too old.</summary>
    public string Problem => problem;

    /// <summary>What is needed.</summary>
    public SourceRequirement Needed => source;

    static string Describe(SourceRequirement source) =>
        source.Stream + (source.GitCommitId.Length > 0 ? $"@gitCommitId:{source.GitCommitId}" : "")
        // As Go prints a map.
        + (source.TagsToMatch.Count > 0
            ? $"@tags:map[{string.Join(' ', source.TagsToMatch.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}:[{string.Join(' ', tag.Value)}]"))}]"
            : "");
}

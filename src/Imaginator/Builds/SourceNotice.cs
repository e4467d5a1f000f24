using System.Text.Json;

namespace ImageSdk.Imaginator.Builds;

/// <summary>An event of a job: it fails because a source image has to be built first, which its order does not allow.</summary>
sealed record SourceNotice(string Stream, string GitCommitId, IReadOnlyDictionary<string, string> BuildVariables)
{
    const string Mark = "needs source image: ";

    public string ToEvent() => Mark + JsonSerializer.Serialize(this);

    /// <summary>Null for other events.</summary>
    public static SourceNotice? Read(string? text) =>
        text?.StartsWith(Mark, StringComparison.Ordinal) == true ? JsonSerializer.Deserialize<SourceNotice>(text[Mark.Length..]) : null;
}

using System.Text.Json.Serialization;
using ImageSdk.Building.Reporting;

namespace ImageSdk.Imaginator.Engine;

/// <summary>What a stage of a build did.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Milliseconds">How long it took.</param>
sealed record BuiltStage(string Stage, [property: JsonConverter(typeof(JsonStringEnumConverter<StageResult>))] StageResult Result, long Milliseconds)
{
    /// <summary>How many did something, for people: "9 of 11 stages from the cache"; empty where no stage had anything to do.</summary>
    public static string Summarize(IReadOnlyList<BuiltStage> stages) =>
        (stages.Count(stage => stage.Result == StageResult.Cached), stages.Count(stage => stage.Result == StageResult.Ran)) switch
        {
            (0, 0) => "",
            (var cached, 0) => $"all {cached} stages from the cache",
            (0, var ran) => $"{ran} {(ran == 1 ? "stage" : "stages")} run",
            var (cached, ran) => $"{cached} of {cached + ran} stages from the cache",
        };
}

using System.CommandLine;
using System.Text.Json;
using ImageSdk.Building.Caching;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands.Cache;

/// <summary>imagesdk cache explain: why stages of a project ran, or will run.</summary>
sealed class CacheExplainCommand : LocalCommand
{
    readonly Argument<string> project = new("PROJECT")
    {
        Description = "The folder of an image project that was built, or its folder of state (obj/…/image)",
    };

    readonly Argument<string?> stage = new("STAGE")
    {
        Description = "One stage instead of all that have something to do",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public CacheExplainCommand() : base("explain", "Say why the stages of a project ran, or will run")
    {
        Add(project);
        Add(stage);
    }

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var directory = Path.GetFullPath(arguments.GetValue(project)!);
        var named = arguments.GetValue(stage);
        ImageStage[] stages = named is null ? [.. StageExplainer.Stages] : [ReadStage(named)];
        // The folder itself says best in an error that it holds nothing.
        var explainer = new StageExplainer(StageExplainer.FindState(directory) ?? directory);
        var explanations = stages.Select(explainer.Explain)
            .Where(explanation => named is not null || explanation.Status != StageStatus.Idle).ToList();
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(explanations, explanation => Write(json, explanation)));
        else
            foreach (var explanation in explanations)
                Write(context.Host.Text, explanation);
        return ExitCode.Success;
    }

    static ImageStage ReadStage(string name)
    {
        foreach (var stage in StageExplainer.Stages)
            if (stage.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return stage;
        throw new CommandException(ErrorCode.Usage, $"\"{name}\" is no stage that makes a layer: these are {string.Join(", ", StageExplainer.Stages)}");
    }

    static void Write(TextWriter output, StageExplanation explanation)
    {
        output.WriteLine($"{explanation.Stage} {Sentence(explanation)}");
        foreach (var change in explanation.Changes)
            output.WriteLine($"  {OneLine.Of(change.Text)}");
    }

    static string Sentence(StageExplanation explanation) => explanation.Status == StageStatus.Idle
        ? "has nothing to do"
        : $"{(explanation.Status == StageStatus.Done ? "ran" : "will run")}: {Reason(explanation)}";

    static string Reason(StageExplanation explanation) => explanation.Reason switch
    {
        StageReason.Inputs when explanation.IsGuess => $"what it reads differs from the most similar layer, {explanation.PreviousLayer}",
        StageReason.Inputs => "what it reads changed",
        StageReason.Below when explanation.ChangedStage is { } stage => $"the layer below changed, since {stage} did",
        StageReason.Below => "the layer below changed",
        StageReason.Source => "the source image changed",
        StageReason.Age => "packages were fetched again from their repositories",
        StageReason.Lost => "its layer is no longer in the cache",
        _ => "there is no earlier layer of it",
    };

    static void Write(Utf8JsonWriter json, StageExplanation explanation) => json.WriteMembers(() =>
    {
        json.WriteString("stage", explanation.Stage.ToString());
        json.WriteString("status", Word(explanation.Status.ToString()));
        if (explanation.Status != StageStatus.Idle)
            json.WriteString("reason", Word(explanation.Reason.ToString()));
        if (explanation.IsGuess)
            json.WriteBoolean("guess", true);
        json.WriteText("changedStage", explanation.ChangedStage?.ToString());
        json.WriteText("layer", explanation.Layer);
        json.WriteText("previousLayer", explanation.PreviousLayer);
        json.WriteList("changes", explanation.Changes, change => json.WriteMembers(() =>
        {
            json.WriteString("subject", change.Subject);
            json.WriteText("before", change.Before);
            json.WriteText("after", change.After);
            json.WriteString("text", change.Text);
        }));
    });

    static string Word(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}

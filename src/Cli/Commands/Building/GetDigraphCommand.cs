using System.CommandLine;
using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build get-digraph: what is built on what, for Graphviz.</summary>
sealed class GetDigraphCommand : ImageCommand
{
    readonly Option<string[]> includes = Streams("--include", "Streams to confine the graph to, with those below them, what they are built on and what is built on them");
    readonly Option<string[]> excludes = Streams("--exclude", "Streams to leave out, with those below them and what is built on them");
    readonly Option<bool> fetchLog = new("--show-fetch-log") { Description = "Write what the imaginator tells of its look at the repositories, to standard error" };
    readonly DurationOption maxAge = new("--max-age", "How old the answer may be [default: what is known already]");
    readonly ImaginatorOption imaginator;

    public GetDigraphCommand(ImaginatorOption imaginator) : base("get-digraph", "Draw what an imaginator builds on what, as DOT")
    {
        this.imaginator = imaginator;
        Aliases.Add("get-directed-graph");
        foreach (var option in (Option[])[includes, excludes, fetchLog, maxAge])
            Add(option);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var reply = await imaginator.AskAsync(arguments, context, client => client.GetDirectedGraphAsync(
            new() { Includes = Split(arguments.GetValue(includes)), Excludes = Split(arguments.GetValue(excludes)), MaxAge = arguments.GetValue(maxAge) }, context.Cancellation));
        if (reply.Error.Length > 0)
            throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {reply.Error}");
        if (arguments.GetValue(fetchLog))
            context.Host.Error.Write(Encoding.UTF8.GetString(reply.Result.FetchLog));
        if (reply.Result.GeneratedAt is null && reply.Result.LastAttemptError.Length > 0)
            throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator has no graph: {reply.Result.LastAttemptError}");
        if (context.IsJson)
            context.Host.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("dot", reply.Result.GraphvizDot);
                if (reply.Result.GeneratedAt is { } at)
                    json.WriteString("generatedAt", at.UtcDateTime);
                json.WriteString("lastAttemptError", reply.Result.LastAttemptError);
                json.WriteEndObject();
            });
        else
            context.Host.WriteBytes(output => output.Write(reply.Result.GraphvizDot));
        return ExitCode.Success;
    }

    static Option<string[]> Streams(string name, string description) => new(name) { Description = description, HelpName = "STREAM,…" };

    static IReadOnlyList<string> Split(string[]? given) => [.. (given ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries))];
}

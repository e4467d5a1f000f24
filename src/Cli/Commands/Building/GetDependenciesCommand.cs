using System.CommandLine;
using System.Text.Json;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build get-dependencies: what is built on what, in the original's JSON.</summary>
sealed class GetDependenciesCommand : ImageCommand
{
    readonly DurationOption maxAge = new("--max-age", "How old the answer may be [default: what is known already]");
    readonly ImaginatorOption imaginator;

    public GetDependenciesCommand(ImaginatorOption imaginator) : base("get-dependencies", "Say in JSON what an imaginator builds on what")
    {
        this.imaginator = imaginator;
        Add(maxAge);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var reply = await imaginator.AskAsync(arguments, context, client => client.GetDependenciesAsync(arguments.GetValue(maxAge), context.Cancellation));
        if (reply.Error.Length > 0)
            throw new CommandException(ErrorCode.ServerRefuses, $"the imaginator says: {reply.Error}");
        var result = reply.Result;
        context.Host.WriteBytes(output =>
        {
            using (var json = new Utf8JsonWriter(output, new() { Indented = true, IndentSize = 4, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteBase64String("FetchLog", result.FetchLog);
                WriteTime(json, "GeneratedAt", result.GeneratedAt);
                WriteTime(json, "LastAttemptAt", result.LastAttemptAt);
                json.WriteString("LastAttemptError", result.LastAttemptError);
                json.WriteStartObject("StreamToSource");
                foreach (var (stream, source) in (result.StreamToSource ?? new Dictionary<string, string>()).OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    json.WriteString(stream, source);
                json.WriteEndObject();
                json.WriteStartObject("UnbuildableSources");
                foreach (var stream in (result.UnbuildableSources?.Keys ?? []).Order(StringComparer.Ordinal))
                {
                    json.WriteStartObject(stream);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
                json.WriteEndObject();
            }
            output.WriteByte((byte)'\n');
        });
        return ExitCode.Success;
    }

    static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.UtcDateTime);
        else
            json.WriteNull(name);
    }
}

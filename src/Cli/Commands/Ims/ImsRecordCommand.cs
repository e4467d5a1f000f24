using System.CommandLine;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Text;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>A command on records of an image management service.</summary>
abstract class ImsRecordCommand(ImsKind kind, ImsServiceOption service, string name, string description) : ImageCommand(name, description)
{
    protected ImsKind Kind => kind;

    protected sealed override Task<int> ExecuteAsync(ParseResult arguments, CommandContext context) => ExecuteAsync(arguments, context, service.Open(arguments, context));

    protected abstract Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client);

    protected Argument<string> IdArgument() => new(kind == ImsKind.Nodes ? "NAME" : "ID") { Description = $"The {kind.Word}" };

    protected Option<bool> DeletedOption(string description) => new("--deleted") { Description = description };

    /// <summary>Writes a record: its id alone for people, where it was made.</summary>
    protected static int WriteMade(CommandContext context, JsonNode? record)
    {
        if (context.IsJson)
            context.Host.WriteJson(json => record!.WriteTo(json));
        else
            context.Host.Text.WriteLine(OneLine.Of($"{record?["id"] ?? record?["xname"]}"));
        return ExitCode.Success;
    }

    /// <summary>Reads K=V, several times.</summary>
    /// <exception cref="CommandException">One has no "=".</exception>
    protected static IEnumerable<KeyValuePair<string, string>> Pairs(IEnumerable<string> words, string option)
    {
        foreach (var word in words)
            yield return word.Split('=', 2) is [{ Length: > 0 } key, var value] ? new(key, value) : throw new CommandException(ErrorCode.Usage, $"{option} \"{word}\": expected NAME=VALUE");
    }
}

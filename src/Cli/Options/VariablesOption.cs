using System.CommandLine;
using System.Text.Json;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Options;

/// <summary>--variable and --variables-file: variables of a build. Those of the file count less.</summary>
sealed class VariablesOption
{
    readonly Option<string[]> single = new("--variable") { Description = "A variable of the build", HelpName = "NAME=VALUE" };

    readonly Option<string?> file = new("--variables-file")
    {
        Description = "Variables of the build: a JSON object of texts (.json), or the same in gob (.gob)", HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Add(single);
        command.Add(file);
    }

    /// <exception cref="CommandException">The file cannot be read, or is no such object.</exception>
    public IReadOnlyDictionary<string, string> Read(ParseResult arguments)
    {
        var variables = arguments.GetValue(file) is { } path ? new Dictionary<string, string>(ReadFile(path), StringComparer.Ordinal) : [];
        foreach (var text in arguments.GetValue(single) ?? [])
        {
            var at = text.IndexOf('=');
            if (at <= 0)
                throw new CommandException(ErrorCode.Usage, $"--variable: \"{text}\" is not NAME=VALUE");
            variables[text[..at]] = text[(at + 1)..];
        }
        return variables;
    }

    static IReadOnlyDictionary<string, string> ReadFile(string path)
    {
        try
        {
            var content = File.ReadAllBytes(path);
            return Path.GetExtension(path) switch
            {
                ".json" => JsonSerializer.Deserialize<Dictionary<string, string>>(content) ?? [],
                ".gob" => BareGob.ReadTexts(content),
                _ => throw new CommandException(ErrorCode.BadVariables, $"{path}: the name of a file of variables ends in .json or .gob"),
            };
        }
        // What is in it may be secret: the parser's words would quote it.
        catch (Exception exception) when (exception is JsonException or GobException or ImageFileException)
        {
            throw new CommandException(ErrorCode.BadVariables, $"{path} is no object of texts: {{\"NAME\": \"value\"}}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorCode.BadVariables, $"{path}: {exception.Message}", exception);
        }
    }
}

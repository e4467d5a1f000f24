using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImageSdk.Cli;

/// <summary>What is wrong with the arguments.</summary>
static class UsageFault
{
    /// <summary>The fault that says most, as a sentence; null where the arguments can be used.</summary>
    public static string? Find(ParseResult parsed)
    {
        if (FindUnknownOption(parsed) is { } option)
            return $"There is no option {option} here.";
        if (parsed.UnmatchedTokens is [var token, ..])
            return parsed.CommandResult.Command.Subcommands.Count > 0 ? $"There is no command {token}." : $"The argument {token} is one too many.";
        // That a command is missing goes without saying when there is more to say.
        return (parsed.Errors.FirstOrDefault(error => error.SymbolResult != parsed.RootCommandResult) ?? parsed.Errors.FirstOrDefault())?.Message;
    }

    // Otherwise a misspelt option passes for the argument that is expected in its place. What an option that needs a value takes is one,
    // whatever it begins with: --diff-args=-q.
    static string? FindUnknownOption(ParseResult parsed)
    {
        var values = OptionsOf(parsed.RootCommandResult)
            .Where(option => option.Option.Arity.MinimumNumberOfValues > 0)
            .SelectMany(option => option.Tokens)
            .ToHashSet<Token>(ReferenceEqualityComparer.Instance);
        return parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token is { Type: TokenType.Argument, Value: ['-', _, ..] } && !values.Contains(token))?.Value;
    }

    static IEnumerable<OptionResult> OptionsOf(CommandResult command) => command.Children.SelectMany(child => child switch
    {
        OptionResult option => [option],
        CommandResult below => OptionsOf(below),
        _ => Enumerable.Empty<OptionResult>(),
    });
}

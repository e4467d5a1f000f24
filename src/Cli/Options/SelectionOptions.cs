using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Repositories;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>The options that say which images are meant.</summary>
sealed class SelectionOptions
{
    readonly Option<bool> ignoreExpiring = new("--ignore-expiring") { Description = "Pass over images that expire" };

    readonly Option<string?> tags = new("--tags-to-match")
    {
        Description = "Tags that the image must have, as KEY=VALUE,KEY=OTHER,…", HelpName = "TAGS",
    };

    readonly Option<string?> commit = new("--build-commit-id") { Description = "The commit or branch that the newest image must have", HelpName = "ID" };

    public SelectionOptions AddTo(Command command, bool withCommit)
    {
        command.Add(ignoreExpiring);
        command.Add(tags);
        if (withCommit)
            command.Add(commit);
        return this;
    }

    /// <exception cref="CommandException">The tags are malformed.</exception>
    public ImageSelection Read(ParseResult arguments, string directory = "")
    {
        try
        {
            return new(
                directory, arguments.GetValue(ignoreExpiring), arguments.GetValue(tags) is { } text ? TagMatcher.Parse(text) : null,
                arguments.GetValue(commit) ?? "");
        }
        catch (FormatException exception)
        {
            throw new CommandException(ErrorCode.Usage, $"--tags-to-match: {exception.Message}: write KEY=VALUE,…", exception);
        }
    }
}

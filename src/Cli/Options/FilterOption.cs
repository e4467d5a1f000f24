using System.CommandLine;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>An option that names a filter file.</summary>
sealed class FilterOption(string name, string description) : Option<string?>(name)
{
    public FilterOption AddTo(Command command)
    {
        Description = description;
        HelpName = "FILE";
        command.Add(this);
        return this;
    }

    /// <summary>Null where it is not given.</summary>
    public Filter? Read(ParseResult arguments) => arguments.GetValue(this) is { } path ? InputFile.ReadFilter(path) : null;
}

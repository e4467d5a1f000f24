using System.Text;
using System.Text.Json;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>Files that users write: filters, triggers, lists. "-" is standard input.</summary>
static class InputFile
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static Filter ReadFilter(string path) => Read(path, "filter", text =>
    {
        var filter = Filter.Parse(text);
        filter.Validate();
        return filter;
    });

    public static Triggers ReadTriggers(string path) => Read(path, "triggers", text =>
    {
        var triggers = Triggers.Parse(text);
        triggers.Validate();
        return triggers;
    });

    public static IReadOnlyList<ComputedFile> ReadComputedFiles(string path) => Read(
        path, "computed files", text => path.EndsWith(".json", StringComparison.Ordinal) ? ComputedFile.ParseJson(text) : ComputedFile.ParseLines(text));

    /// <summary>The lines that are not empty.</summary>
    public static IReadOnlyList<string> ReadLines(string path) => Read(
        path, "lines", text => (IReadOnlyList<string>)text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>A whole text, whose reader knows what it has to be.</summary>
    public static string ReadText(string path, string kind) => Read(path, kind, text => text);

    static T Read<T>(string path, string kind, Func<string, T> parse)
    {
        try
        {
            return parse(path == "-" ? ReadStandardInput() : File.ReadAllText(path, Utf8));
        }
        catch (Exception exception) when (exception is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ErrorCode.BadInputFile, $"{path} is no readable file of {kind}: {exception.Message}", exception);
        }
    }

    static string ReadStandardInput()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), Utf8);
        return input.ReadToEnd();
    }
}

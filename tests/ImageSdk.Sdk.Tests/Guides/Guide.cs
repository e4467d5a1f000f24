using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Guides;

/// <summary>What a reader of a guide does, one step after the other.</summary>
abstract record GuideStep(int Line)
{
    /// <summary>Writes a file, relative to the folder that the commands are in at that point.</summary>
    public sealed record WriteFile(int Line, string Path, string Text) : GuideStep(Line);

    /// <summary>Types commands.</summary>
    public sealed record RunCommands(int Line, string Script) : GuideStep(Line);

    /// <summary>Compares lines with what the last commands printed; … stands for anything.</summary>
    public sealed record CompareOutput(int Line, IReadOnlyList<string> Expected) : GuideStep(Line);
}

/// <summary>
/// A page that teaches by commands. A block is a file where the line before it ends with the file's name in backticks and a colon; it is run where it is of
/// the language <c>sh</c>; one of <c>text</c> behind that is what it prints. Blocks of <c>console</c> are for the reader alone, others are examples.
/// </summary>
/// <param name="Page">Its path in the repository.</param>
/// <param name="Steps">In the order of the page.</param>
sealed partial record Guide(string Page, IReadOnlyList<GuideStep> Steps)
{
    const string Fence = "```";

    /// <summary>The tutorial and the guides, by their paths in the repository.</summary>
    public static IEnumerable<string> Pages => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/guides"), "*.md")
        .Select(file => Path.GetRelativePath(Repository.Root, file)).Prepend("docs/tutorial.md").Order(StringComparer.Ordinal);

    public static Guide Read(string page) => new(page, [.. StepsOf(Repository.Read(page).Split('\n'))]);

    static IEnumerable<GuideStep> StepsOf(string[] lines)
    {
        var before = "";
        GuideStep? last = null;
        for (var index = 0; index < lines.Length; index++)
        {
            if (!lines[index].StartsWith(Fence, StringComparison.Ordinal))
            {
                if (lines[index].Trim().Length > 0)
                    (before, last) = (lines[index], null);
                continue;
            }
            var (start, language) = (index + 1, lines[index][Fence.Length..].Trim());
            index = Array.IndexOf(lines, Fence, start);
            Assert.True(index > 0, $"line {start}: the block has no end");
            var content = lines[start..index];
            GuideStep? step = (FileName().Match(before), language, last) switch
            {
                ({ Success: true } name, _, null) => new GuideStep.WriteFile(start, name.Groups[1].Value, string.Join('\n', content) + "\n"),
                (_, "sh", _) => new GuideStep.RunCommands(start, string.Join('\n', content)),
                (_, "text", GuideStep.RunCommands) => new GuideStep.CompareOutput(start, content),
                _ => null,
            };
            if (step is not null)
                yield return step;
            last = step;
        }
    }

    // …, in `files/etc/motd`:
    [GeneratedRegex("`([^/`][^`]*)`:$")]
    private static partial Regex FileName();
}

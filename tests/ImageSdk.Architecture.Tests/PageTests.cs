using System.Text.RegularExpressions;

namespace ImageSdk.Architecture.Tests;

/// <summary>docs/architecture.md: the picture and the names in the text are those of the code.</summary>
public partial class PageTests
{
    static readonly string text = File.ReadAllText(ArchitecturePage.File);

    [Fact]
    public void The_picture_shows_all_references_that_do_not_follow_from_others()
    {
        var drawn = Arrow().Matches(text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split(" & "));
        foreach (var room in Rooms.All)
        {
            var direct = Rooms.ReferencesOf(room);
            var needed = direct.Where(reference => !direct.Any(other => other != reference && Reachable(other).Contains(reference)));
            Assert.Equal(needed, drawn.GetValueOrDefault(room, []));
        }
    }

    static IEnumerable<string> Reachable(string room) => Rooms.ReferencesOf(room).SelectMany(reference => Reachable(reference).Prepend(reference)).Distinct();

    [Fact]
    public void Every_name_in_the_text_exists()
    {
        var source = Path.Combine(Rooms.Repository, "src");
        var places = Directory.EnumerateFileSystemEntries(source, "*", SearchOption.AllDirectories)
            .Select(path => $"/{Path.GetRelativePath(source, path)}").Where(path => !path.Contains("/obj/") && !path.Contains("/bin/"))
            .Select(path => path.EndsWith(".cs", StringComparison.Ordinal) ? path[..^3] : path).ToList();
        var names = Name().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(places, place => place.EndsWith($"/{name}", StringComparison.Ordinal)));
    }

    //     Debian --> Packages & Sandbox
    [GeneratedRegex(@"^ +(\w+) --> (.+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();

    // `Roots/StageRoot`
    [GeneratedRegex("`([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z]+)+)`")]
    private static partial Regex Name();
}

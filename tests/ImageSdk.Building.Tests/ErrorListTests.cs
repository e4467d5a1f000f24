using System.Text.RegularExpressions;

namespace ImageSdk.Building.Tests;

public partial class ErrorListTests
{
    static string? Repository { get; } = Find();

    static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ImageSdk.sln")))
                return folder.FullName;
        return null;
    }

    sealed class RepositoryFactAttribute : FactAttribute
    {
        public RepositoryFactAttribute() => Skip = Repository is null ? "runs in a copy outside the repository" : null;
    }

    [RepositoryFact]
    public void Every_code_is_listed_and_every_listed_code_exists()
    {
        var used = Directory.EnumerateFiles(Path.Combine(Repository!, "src"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".targets" or ".props" && !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet();
        var listed = ListedCode().Matches(File.ReadAllText(Path.Combine(Repository!, "docs", "errors.md")))
            .Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(used.Order(), listed.Order());
        Assert.Equal(listed.Order(), listed);
    }

    // By itself, or at the begin of a line for a log.
    [GeneratedRegex("\"(?:\\(?warning\\)? )?(IMG[0-9]{4})[\":]")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| <a id=""img[0-9]{4}""></a>(IMG[0-9]{4}) \|", RegexOptions.Multiline)]
    private static partial Regex ListedCode();
}

using System.Text.Json;

namespace ImageSdk.Bench;

/// <summary>Makes results.json of what was measured, and the generated part of the page.</summary>
static class Report
{
    const string Begin = "<!-- results: written by eng/bench.sh -->";
    const string End = "<!-- end of results -->";

    /// <param name="measured">The folder of <see cref="Measurements"/>.</param>
    /// <param name="isQuick">Whether there were few rounds.</param>
    /// <param name="isPart">Whether rows that were not measured stay as they were.</param>
    public static void Write(string measured, string resultsFile, string pageFile, bool isQuick, bool isPart)
    {
        var measurements = new Measurements(measured);
        var results = measurements.Results(isQuick).ToList();
        var all = isPart ? Merge(Read(resultsFile), results) : results;
        File.WriteAllText(resultsFile, JsonSerializer.Serialize(all, ResultJson.Default.ListResult) + "\n");
        Console.WriteLine();
        Console.WriteLine(Table.Write(results));

        var page = File.ReadAllText(pageFile);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new InvalidDataException($"{pageFile} has no lines \"{Begin}\" and \"{End}\" to put the results between");
        File.WriteAllText(pageFile, $"{page[..begin]}{Begin}\n{measurements.Machine}\n\n{Table.Write(all)}{page[end..]}");
    }

    static List<Result> Read(string file) =>
        File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), ResultJson.Default.ListResult) ?? [] : [];

    static List<Result> Merge(List<Result> before, List<Result> now) =>
    [
        .. before.Select(old => now.Find(result => result.Name == old.Name) ?? old),
        .. now.Where(result => !before.Exists(old => old.Name == result.Name)),
    ];
}

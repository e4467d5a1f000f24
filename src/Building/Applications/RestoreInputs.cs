using System.Text.Json;

namespace ImageSdk.Building.Applications;

/// <summary>Which files say what NuGet restores for a project: its own, those of the projects that it refers to, and those in the folders above them.</summary>
public static class RestoreInputs
{
    static readonly string[] names = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "nuget.config", "NuGet.config", "NuGet.Config"];

    /// <param name="project">The project's file.</param>
    /// <param name="folder">Where the last restore wrote its description of the projects (NAME.nuget.dgspec.json).</param>
    /// <returns>None where there was no restore. Some of the files may not exist.</returns>
    public static IReadOnlyList<string> Find(string project, string folder)
    {
        var graph = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, $"{Path.GetFileName(project)}.nuget.dgspec.json", SearchOption.AllDirectories).FirstOrDefault()
            : null;
        if (graph is null || !File.Exists(Path.Combine(Path.GetDirectoryName(graph)!, "project.assets.json")))
            return [];
        var projects = Projects(graph);
        return [.. projects, .. projects.SelectMany(FoldersAbove).Distinct().SelectMany(above => names.Select(name => Path.Combine(above, name)))];
    }

    static List<string> Projects(string graph)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(graph));
            return [.. json.RootElement.GetProperty("projects").EnumerateObject().Select(project => project.Name)];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            return []; // The restore was interrupted: it has to run again.
        }
    }

    static IEnumerable<string> FoldersAbove(string project)
    {
        for (var folder = Path.GetDirectoryName(project); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}

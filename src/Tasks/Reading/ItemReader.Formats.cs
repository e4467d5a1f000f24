using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Building.ArtifactBuilds;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

sealed partial class ItemReader
{
    /// <summary>The artifacts that a project wants: those of its items, and of a list of names those that no item has.</summary>
    /// <param name="items">Formats with their options as metadata.</param>
    /// <param name="names">Formats, semicolons between them.</param>
    /// <param name="projectFile">Where the list is expected to be said.</param>
    public static IReadOnlyList<ArtifactRequest> Formats(
        ITaskItem[] items, string names, string outputDirectory, IReadOnlyList<string> extraTrees, string projectFile)
    {
        var requests = new List<ArtifactRequest>();
        foreach (var item in items)
        {
            // By its keys: what the dictionary's entries are depends on where the item comes from.
            var settings = item.CloneCustomMetadata().Keys.Cast<string>().ToDictionary(name => name, name => Setting(item, name), StringComparer.OrdinalIgnoreCase);
            requests.Add(new(item.ItemSpec, settings, outputDirectory)
            {
                ExtraTrees = extraTrees, File = Place(item), Line = ProjectLines.Find(Place(item), "ImageFormat", item.ItemSpec),
            });
        }
        foreach (var name in List(names, ';').Distinct(StringComparer.OrdinalIgnoreCase))
            if (!items.Any(item => item.ItemSpec.Equals(name, StringComparison.OrdinalIgnoreCase)))
                requests.Add(new(name, new Dictionary<string, string>(), outputDirectory)
                {
                    ExtraTrees = extraTrees, File = projectFile, Line = ProjectLines.Find(projectFile, "ImageFormats", name),
                });
        return requests;
    }

    /// <summary>An option as it is said; a list is read here, where an escaped semicolon can still be told from others.</summary>
    static string Setting(ITaskItem item, string name)
    {
        var text = item.GetMetadata(name);
        var option = ArtifactFormats.All.FirstOrDefault(format => format.Name.Equals(item.ItemSpec, StringComparison.OrdinalIgnoreCase))
            ?.Options.FirstOrDefault(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return option is { IsList: true } && text.AsSpan().Trim() is not ([] or ['[' or '{', ..]) ? ArtifactOption.Format(MSBuildList.Read(item, name)) : text;
    }
}

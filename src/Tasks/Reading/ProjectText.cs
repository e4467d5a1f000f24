using System.Xml;
using System.Xml.Linq;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Tasks.Reading;

/// <summary>
/// Outside Windows MSBuild takes a value for a path, and turns its backslashes into slashes, where it begins with the name
/// of a directory that exists: "/var/log/.*\.gz" becomes "/var/log/.*/.gz". An expression that is changed so matches other
/// files without a word, so the project's own text is compared with what arrived.
/// </summary>
static class ProjectText
{
    /// <param name="values">Name and evaluated value of the properties that hold expressions.</param>
    /// <exception cref="BuildException">IMG1907: a backslash is in the project's text and not in the value.</exception>
    public static void RequireBackslashes(string projectFile, Dictionary<string, string> values)
    {
        var text = File.ReadAllText(projectFile);
        if (!text.Contains('\\') || !values.Keys.Any(text.Contains))
            return;
        foreach (var element in XDocument.Parse(text, LoadOptions.SetLineInfo).Descendants())
        {
            if (!values.TryGetValue(element.Name.LocalName, out var value) || !element.Value.Contains('\\') || value.Contains('\\') || value is "")
                continue;
            var place = (IXmlLineInfo)element;
            throw new BuildException(
                "IMG1907",
                $"MSBuild took {element.Name.LocalName} for a path and changed its backslashes into slashes. Begin the text on a new line after the opening tag, or write %5C for each backslash.",
                projectFile, place.LineNumber, place.LinePosition);
        }
    }
}

using System.Xml;
using System.Xml.Linq;

namespace ImageSdk.Tasks.Reading;

/// <summary>Where a project file says something.</summary>
static class ProjectLines
{
    /// <summary>The line of an element that names something; 0 where the file does not say it so. MSBuild keeps no lines.</summary>
    public static int Find(string file, string element, string word) => Find(TryLoad(file), element, word);

    /// <summary>The same for a file that was loaded; null for none.</summary>
    public static int Find(XDocument? document, string element, string word) => (document?.Descendants() ?? [])
        .Where(found => found.Name.LocalName == element && $"{found.Attribute("Include")?.Value};{found.Value}".Contains(word, StringComparison.OrdinalIgnoreCase))
        .Select(found => ((IXmlLineInfo)found).LineNumber)
        .FirstOrDefault();

    public static XDocument? TryLoad(string file)
    {
        try
        {
            return XDocument.Load(file, LoadOptions.SetLineInfo);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or XmlException)
        {
            return null; // It was loaded a moment ago; a line is not worth a second error.
        }
    }
}

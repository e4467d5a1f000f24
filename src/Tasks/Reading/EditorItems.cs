using System.Text;
using System.Xml;
using ImageSdk.Posix;

namespace ImageSdk.Tasks.Reading;

/// <summary>A directory whose files are listed.</summary>
/// <param name="Name">What editors call it where it lies outside the project.</param>
sealed record ListedTree(string Directory, string Name);

/// <summary>
/// The files of trees as items in a file that the project imports. Editors show the items of an evaluation, in which no task can run,
/// and MSBuild's patterns follow links out of a tree.
/// </summary>
static class EditorItems
{
    public static void Write(string file, string projectDirectory, IReadOnlyList<(string Path, ListedTree Tree)> files)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("Project");
            xml.WriteStartElement("ItemGroup");
            // Some characters have no form in XML.
            foreach (var (path, tree) in files.Where(listed => listed.Path.All(character => XmlConvert.IsXmlChar(character) || char.IsSurrogate(character))))
            {
                xml.WriteStartElement("_ImageTreeFile");
                var isInside = path.StartsWith(projectDirectory + "/", StringComparison.Ordinal);
                xml.WriteAttributeString("Include", isInside ? "$(MSBuildProjectDirectory)" + TreeFiles.AsItem(path[projectDirectory.Length..]) : TreeFiles.AsItem(path));
                if (!isInside)
                    xml.WriteAttributeString("Link", TreeFiles.AsItem(tree.Name + path[tree.Directory.Length..]));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.WriteWhenDifferent(file, text.Append('\n').ToString());
    }
}

using System.Text;
using System.Xml;
using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>A file in src/Sdk/editors that is written from the pages.</summary>
static class EditorFile
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "src/Sdk/editors");

    /// <summary>The file says what the pages do; eng/editor-files.sh writes it again.</summary>
    public static void IsAsDocumented(string name, XDocument document)
    {
        var file = Path.Combine(Folder, name);
        var text = Format(document);
        if (Environment.GetEnvironmentVariable("IMAGESDK_WRITE_EDITOR_FILES") == "true")
            File.WriteAllText(file, text);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == text, $"{file} is not what docs/properties.md and docs/items.md say. Run eng/editor-files.sh, and look at what it changes.");
    }

    static string Format(XDocument document)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
            document.Save(writer);
        return text.Append('\n').ToString();
    }
}

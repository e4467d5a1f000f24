using System.Xml.Linq;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>Pages of properties and kinds of items as the Common Project System of Visual Studio reads them: Microsoft.Build.Framework.XamlTypes.</summary>
static class PropertyPages
{
    static readonly XNamespace rules = "http://schemas.microsoft.com/build/2009/properties";

    /// <summary>The page of the project, a category for each heading of docs/properties.md.</summary>
    public static XDocument Project() => new(
        new XElement(rules + "Rule", Named("ImageGeneral", "Image", "What the image is made of and what becomes of it."),
            new XAttribute("PageTemplate", "generic"), new XAttribute("Order", "10"),
            new XElement(rules + "Rule.Categories", DocumentedProject.Properties.Select(property => property.Section).Distinct()
                .Select(section => new XElement(rules + "Category", new XAttribute("Name", section), new XAttribute("DisplayName", section)))),
            new XElement(rules + "Rule.DataSource",
                new XElement(rules + "DataSource", new XAttribute("Persistence", "ProjectFile"), new XAttribute("HasConfigurationCondition", "False"))),
            DocumentedProject.Properties.Select(property => Value(property.Name, property.IsFlag, property.Values, new XAttribute("Category", property.Section), property.Meaning))));

    /// <summary>A page for each kind of item, with its metadata.</summary>
    public static XDocument Items() => new(
        new XElement(rules + "ProjectSchemaDefinitions", Shown().Select(item =>
            new XElement(rules + "Rule", Named(item.Name, DocumentedProject.Title(item.Name), item.Meaning), new XAttribute("PageTemplate", "generic"),
                new XElement(rules + "Rule.DataSource",
                    new XElement(rules + "DataSource", new XAttribute("Persistence", "ProjectFile"), new XAttribute("ItemType", item.Name),
                        new XAttribute("HasConfigurationCondition", "False"), new XAttribute("SourceOfDefaultValue", "AfterContext"))),
                item.Metadata.Select(metadata => Value(metadata.Name, metadata.Values is ["true", "false"], metadata.Values, null, ""))))));

    /// <summary>The kinds of items themselves: a file of the project can be made one of them.</summary>
    public static XDocument ItemTypes() => new(
        new XElement(rules + "ProjectSchemaDefinitions", Shown().SelectMany(item => new XElement[]
        {
            new(rules + "ItemType", new XAttribute("Name", item.Name), new XAttribute("DisplayName", DocumentedProject.Title(item.Name))),
            new(rules + "ContentType", new XAttribute("Name", item.Name), new XAttribute("DisplayName", DocumentedProject.Title(item.Name)), new XAttribute("ItemType", item.Name)),
        })));

    /// <summary>References have pages of the editor's own.</summary>
    static IEnumerable<DocumentedProject.Item> Shown() => DocumentedProject.Items.Where(item => item.Name is not ("ProjectReference" or "PackageReference"));

    static XElement Value(string name, bool isFlag, IReadOnlyList<string> values, XAttribute? category, string meaning)
    {
        object[] common = [.. Named(name, DocumentedProject.Title(name), meaning), .. category is null ? Array.Empty<XAttribute>() : [category]];
        return isFlag ? new(rules + "BoolProperty", common)
            : values.Count == 0 ? new(rules + "StringProperty", common)
            : new(rules + "EnumProperty", common, values.Select(value => new XElement(rules + "EnumValue", new XAttribute("Name", value), new XAttribute("DisplayName", value))));
    }

    static IEnumerable<XAttribute> Named(string name, string title, string description)
    {
        yield return new("Name", name);
        yield return new("DisplayName", title);
        if (description.Length > 0)
            yield return new("Description", description);
    }
}

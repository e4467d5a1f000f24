using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>The XML schema by which editors complete and check an .imgproj.</summary>
static partial class ProjectSchema
{
    static readonly XNamespace xs = "http://www.w3.org/2001/XMLSchema";

    /// <summary>Of MSBuild, NuGet and the .NET SDK; those that image projects have use for.</summary>
    static readonly string[] commonProperties =
    [
        "ArtifactsPath", "AssemblyName", "Authors", "BaseIntermediateOutputPath", "BaseOutputPath", "Company", "Configuration", "Configurations", "Copyright", "CustomAfterImageProps",
        "CustomAfterImageTargets", "CustomBeforeImageProps", "CustomBeforeImageTargets", "Description", "EnableDefaultItems", "IntermediateOutputPath", "IsPackable", "IsPublishable",
        "ManagePackageVersionsCentrally", "MSBuildWarningsAsErrors", "MSBuildWarningsAsMessages", "NoWarn", "OutputPath", "PackageId", "PackageLicenseExpression", "PackageOutputPath",
        "PackageProjectUrl", "PackageReadmeFile", "PackageTags", "PackageVersion", "Platform", "Platforms", "RepositoryCommit", "RepositoryType", "RepositoryUrl",
        "RestoreAdditionalProjectSources", "RestorePackagesWithLockFile", "RestoreSources", "RunArguments", "RunWorkingDirectory", "Title", "TreatWarningsAsErrors", "UseArtifactsOutput",
        "Version", "VersionPrefix", "VersionSuffix", "WarningsAsErrors", "WarningsNotAsErrors",
    ];

    static readonly string[] commonItems = ["Content", "Folder", "GlobalPackageReference", "None", "PackageDownload", "Watch"];

    /// <summary>Metadata that every item may have.</summary>
    static readonly string[] itemAttributes =
        ["Include", "Exclude", "Remove", "Update", "KeepDuplicates", "KeepMetadata", "RemoveMetadata", "MatchOnMetadata", "MatchOnMetadataOptions", "Condition", "Label"];

    static readonly string[] referenceMetadata =
    [
        "ExcludeAssets", "GeneratePathProperty", "GlobalPropertiesToRemove", "IncludeAssets", "OutputItemType", "PrivateAssets", "Properties", "ReferenceOutputAssembly", "SetConfiguration",
        "SkipGetTargetFrameworkProperties", "VersionOverride",
    ];

    public static XDocument Write()
    {
        var properties = DocumentedProject.Properties.Select(property => PropertyElement(property.Name, property.Values, Describe(property))).ToList();
        var known = DocumentedProject.Properties.Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        properties.AddRange(commonProperties.Concat(Hooks()).Where(known.Add).Order(StringComparer.Ordinal).Select(name => PropertyElement(name, [], "")));
        return new(new XElement(xs + "schema", new XAttribute(XNamespace.Xmlns + "xs", xs),
            new XComment(" Written from docs/properties.md and docs/items.md by eng/editor-files.sh. "),
            Pattern("Expression", @"[\s\S]*[$@%]\([\s\S]*"),
            // As property pages write it.
            Pattern("AnyCase", "True|TRUE|False|FALSE"),
            DocumentedProject.Properties.Select(property => property.Values)
                .Concat(DocumentedProject.Items.SelectMany(item => item.Metadata).Select(metadata => metadata.Values))
                .DistinctBy(TypeOf).SelectMany(values => values.Count > 0 ? [WordsType(values), ElementType(values)] : new[] { ElementType(values) }),
            new XElement(xs + "attributeGroup", new XAttribute("name", "item-attributes"), itemAttributes.Select(Attribute)),
            // Own targets hold any task.
            Any("Target", ["Name", "DependsOnTargets", "BeforeTargets", "AfterTargets", "Inputs", "Outputs", "Returns", "Condition", "Label", "KeepDuplicateOutputs"]),
            Any("UsingTask", ["TaskName", "AssemblyFile", "AssemblyName", "TaskFactory", "Architecture", "Runtime", "Condition", "Override"]),
            Any("ProjectExtensions", []),
            Empty("Import", ["Project", "Sdk", "Version", "MinimumVersion", "Condition", "Label"]),
            Empty("Sdk", ["Name", "Version", "MinimumVersion"]),
            Choice("ImportGroup", ["Condition", "Label"], ["Import"]),
            Choice("PropertyGroup", ["Condition", "Label"], ["Property"]),
            Choice("ItemGroup", ["Condition", "Label"], ["Item"]),
            Choice("ItemDefinitionGroup", ["Condition", "Label"], ["Item"]),
            Choice("When", ["Condition"], ["PropertyGroup", "ItemGroup", "Choose"]),
            Choice("Otherwise", [], ["PropertyGroup", "ItemGroup", "Choose"]),
            Choice("Choose", [], ["When", "Otherwise"]),
            Choice("Project", ["Sdk", "DefaultTargets", "InitialTargets", "TreatAsLocalProperty", "ToolsVersion"],
                ["PropertyGroup", "ItemGroup", "ItemDefinitionGroup", "Choose", "Import", "ImportGroup", "Sdk", "Target", "UsingTask", "ProjectExtensions"]),
            new XElement(xs + "element", new XAttribute("name", "Property"), new XAttribute("abstract", "true")),
            new XElement(xs + "element", new XAttribute("name", "Item"), new XAttribute("abstract", "true")),
            properties,
            DocumentedProject.Items.Select(ItemElement),
            commonItems.Select(name => ItemElement(new(name, [], true, "")))));
    }

    /// <summary>Properties by which targets are extended.</summary>
    static IEnumerable<string> Hooks() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Sdk/targets"), "*", SearchOption.AllDirectories)
        .SelectMany(file => Hook().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).Distinct();

    static string Describe(DocumentedProject.Property property) =>
        property.Default.Length > 0 ? $"{property.Meaning}. Default: {property.Default.Replace("`", "", StringComparison.Ordinal)}." : property.Meaning;

    static XElement PropertyElement(string name, IReadOnlyList<string> values, string text) =>
        new(xs + "element", new XAttribute("name", name), new XAttribute("substitutionGroup", "Property"), new XAttribute("type", ElementTypeOf(values)), Documentation(text));

    /// <summary>Text with a condition.</summary>
    static XElement ElementType(IReadOnlyList<string> values) =>
        new(xs + "complexType", new XAttribute("name", ElementTypeOf(values)),
            new XElement(xs + "simpleContent", new XElement(xs + "extension", new XAttribute("base", TypeOf(values)), Attribute("Condition"))));

    static string ElementTypeOf(IReadOnlyList<string> values) => values.Count == 0 ? "text-element" : $"{TypeOf(values)}-element";

    static string TypeOf(IReadOnlyList<string> values) => values.Count == 0 ? "xs:string" : string.Join("-or-", values);

    /// <summary>One of these words, or what comes from other properties.</summary>
    static XElement WordsType(IReadOnlyList<string> values) =>
        new(xs + "simpleType", new XAttribute("name", TypeOf(values)),
            new XElement(xs + "union", new XAttribute("memberTypes", values is ["true", "false"] ? "Expression AnyCase" : "Expression"),
                new XElement(xs + "simpleType", new XElement(xs + "restriction", new XAttribute("base", "xs:token"),
                    values.Select(value => new XElement(xs + "enumeration", new XAttribute("value", value)))))));

    static XElement Pattern(string name, string pattern) =>
        new(xs + "simpleType", new XAttribute("name", name),
            new XElement(xs + "restriction", new XAttribute("base", "xs:token"), new XElement(xs + "pattern", new XAttribute("value", pattern))));

    static XElement ItemElement(DocumentedProject.Item item)
    {
        IReadOnlyList<DocumentedProject.Metadata> metadata = item.Name.EndsWith("Reference", StringComparison.Ordinal)
            ? [.. item.Metadata, .. referenceMetadata.Select(name => new DocumentedProject.Metadata(name, []))]
            : item.Metadata;
        var content = new XElement(xs + "choice", new XAttribute("minOccurs", "0"), new XAttribute("maxOccurs", "unbounded"));
        if (item.HasMore)
            content.Add(new XElement(xs + "any", new XAttribute("processContents", "skip")));
        else
            content.Add(metadata.Select(value => new XElement(xs + "element", new XAttribute("name", value.Name), new XAttribute("type", ElementTypeOf(value.Values)))));
        return new(xs + "element", new XAttribute("name", item.Name), new XAttribute("substitutionGroup", "Item"), Documentation(item.Meaning),
            new XElement(xs + "complexType", content,
                new XElement(xs + "attributeGroup", new XAttribute("ref", "item-attributes")),
                metadata.Select(value => Attribute(value.Name, TypeOf(value.Values))),
                item.HasMore ? new XElement(xs + "anyAttribute", new XAttribute("processContents", "skip"), new XAttribute("namespace", "##local")) : null));
    }

    static XElement Any(string name, string[] attributes) =>
        new(xs + "element", new XAttribute("name", name), new XElement(xs + "complexType", new XAttribute("mixed", "true"),
            new XElement(xs + "sequence", new XElement(xs + "any", new XAttribute("minOccurs", "0"), new XAttribute("maxOccurs", "unbounded"), new XAttribute("processContents", "skip"))),
            attributes.Select(Attribute)));

    static XElement Empty(string name, string[] attributes) =>
        new(xs + "element", new XAttribute("name", name), new XElement(xs + "complexType", attributes.Select(Attribute)));

    static XElement Choice(string name, string[] attributes, string[] children) =>
        new(xs + "element", new XAttribute("name", name), new XElement(xs + "complexType",
            new XElement(xs + "choice", new XAttribute("minOccurs", "0"), new XAttribute("maxOccurs", "unbounded"),
                children.Select(child => new XElement(xs + "element", new XAttribute("ref", child)))),
            attributes.Select(Attribute)));

    static XElement Attribute(string name) => Attribute(name, "xs:string");

    static XElement Attribute(string name, string type) => new(xs + "attribute", new XAttribute("name", name), new XAttribute("type", type));

    static XElement? Documentation(string text) =>
        text.Length == 0 ? null : new(xs + "annotation", new XElement(xs + "documentation", text));

    [GeneratedRegex(@"\$\(([A-Z]\w+DependsOn)\)")]
    private static partial Regex Hook();
}

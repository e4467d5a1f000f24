using System.Text.Json.Nodes;
using System.Xml.Linq;
using System.Xml.Schema;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>What editors make of the files that are written for them.</summary>
public sealed class ProjectSchemaTests
{
    /// <summary>What the project system of Visual Studio would make of the rules, which needs its own framework: every element is a type, and every attribute a property of it.</summary>
    [Theory]
    [InlineData("ImageSdk.Project.xaml")]
    [InlineData("ImageSdk.Items.xaml")]
    [InlineData("ImageSdk.ItemTypes.xaml")]
    public void Rules_have_the_form_that_project_systems_read(string name)
    {
        var members = XDocument.Load(Repository.BuildFrameworkDocumentation).Descendants("member").Select(member => (string)member.Attribute("name")!).ToHashSet(StringComparer.Ordinal);
        var elements = XDocument.Load(Path.Combine(EditorFile.Folder, name)).Descendants().ToList();
        Assert.All(elements, element => Assert.Equal("http://schemas.microsoft.com/build/2009/properties", element.Name.NamespaceName));
        foreach (var element in elements)
        {
            var type = element.Name.LocalName.Split('.');
            Assert.Contains($"T:Microsoft.Build.Framework.XamlTypes.{type[0]}", members);
            if (type.Length > 1)
                Assert.Contains($"P:Microsoft.Build.Framework.XamlTypes.{type[0]}.{type[1]}", members);
            foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
                Assert.Contains(Bases(type[0]), owner => members.Contains($"P:Microsoft.Build.Framework.XamlTypes.{owner}.{attribute.Name}"));
        }

        static IEnumerable<string> Bases(string type) =>
            type is "BoolProperty" or "StringProperty" or "EnumProperty" ? [type, "BaseProperty"] : [type];
    }

    [Fact]
    public void The_rules_and_schemas_are_in_the_package_and_imported_for_editors()
    {
        using var folder = new TestFolder();
        folder.Project("hello");
        var output = folder.Run("msbuild", "-t:Pages", "-p:BuildingInsideVisualStudio=true", "-p:CustomAfterImageTargets=" + folder.Write("pages.targets", """
            <Project>
              <Target Name="Pages"><Message Importance="high" Text="%(PropertyPageSchema.FullPath) %(PropertyPageSchema.Context)" /></Target>
            </Project>
            """)).Succeeded().Lines;
        var pages = output.Where(line => line.Contains("/ImageSdk.", StringComparison.Ordinal) && line.Contains(".xaml", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        Assert.Equal(["ImageSdk.ItemTypes.xaml", "ImageSdk.Items.xaml", "ImageSdk.Project.xaml"], pages.Select(page => Path.GetFileName(page[0])).Order(StringComparer.Ordinal));
        Assert.All(pages, page => Assert.True(File.Exists(page[0]), page[0]));

        folder.Run("msbuild", "-t:CopyImageSchemas").Succeeded();
        Assert.Equal(
            ["ImageSdk.xsd", .. Directory.GetFiles(EditorFile.Folder, "*.schema.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)],
            Directory.GetFiles(folder[".vscode/imagesdk"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    static readonly Lazy<XmlSchemaSet> schema = new(() =>
    {
        var set = new XmlSchemaSet();
        set.Add(null, Path.Combine(EditorFile.Folder, "ImageSdk.xsd"));
        set.Compile();
        return set;
    });

    static List<string> Faults(XDocument project)
    {
        List<string> faults = [];
        project.Validate(schema.Value, (_, fault) => faults.Add(fault.Message));
        return faults;
    }

    [Fact]
    public void Every_sample_and_template_is_valid_by_the_schema()
    {
        var projects = new[] { "samples", "templates" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.imgproj", SearchOption.AllDirectories)).ToList();
        Assert.True(projects.Count > 10, $"{projects.Count} projects");
        Assert.All(projects, project => Assert.Equal([], Faults(XDocument.Parse(WithDefaults(project)))));
    }

    /// <summary>A template's project as it is made where nothing is chosen.</summary>
    static string WithDefaults(string project)
    {
        var text = File.ReadAllText(project);
        var template = Path.Combine(Path.GetDirectoryName(project)!, ".template.config/template.json");
        if (!File.Exists(template))
            template = Path.Combine(Path.GetDirectoryName(project)!, "../.template.config/template.json");
        if (!File.Exists(template))
            return text;
        foreach (var (_, symbol) in JsonNode.Parse(File.ReadAllText(template))!["symbols"]!.AsObject())
            if (symbol!["replaces"] is { } replaced && symbol["defaultValue"] is { } value)
                text = text.Replace((string)replaced!, (string)value!, StringComparison.Ordinal);
        return text;
    }

    [Theory]
    [InlineData("<PropertyGroup><ImageStraem>x</ImageStraem></PropertyGroup>", "ImageStraem")]
    [InlineData("<PropertyGroup><ImageConffilePolicy>Keeep</ImageConffilePolicy></PropertyGroup>", "Keeep")]
    [InlineData("<PropertyGroup><ImageSpeculation>yes</ImageSpeculation></PropertyGroup>", "yes")]
    [InlineData("<ItemGroup><ImageTree Include='x' Stag='Files' /></ItemGroup>", "Stag")]
    [InlineData("<ItemGroup><ImageScript Include='x' Stage='Files' /></ItemGroup>", "Files")]
    [InlineData("<ItemGroup><ImageScript Include='x'><Stage>Never</Stage></ImageScript></ItemGroup>", "Never")]
    [InlineData("<PropertyGroup><ImagePackage Include='x' /></PropertyGroup>", "ImagePackage")]
    [InlineData("<ImageStream>x</ImageStream>", "ImageStream")]
    public void What_is_wrong_is_named(string body, string named) =>
        Assert.Contains(Faults(XDocument.Parse($"<Project Sdk='ImageSdk'>{body}</Project>")), fault => fault.Contains($"'{named}'", StringComparison.Ordinal));

    [Theory]
    [InlineData("<PropertyGroup><ImageSpeculation Condition=\"'$(CI)' == 'true'\">$(Fast)</ImageSpeculation><ImageReportChanges>False</ImageReportChanges></PropertyGroup>")]
    [InlineData("<ItemGroup><ImageFormat Include='oci' CompressionLevel='9' OutputName='x' /><None Include='*.txt' Link='x' /></ItemGroup>")]
    [InlineData("<Target Name='BeforeCopyFiles'><Exec Command='true' /><ItemGroup><Anything Include='x' /></ItemGroup></Target>")]
    [InlineData("<PropertyGroup><RunScriptsDependsOn>$(RunScriptsDependsOn);Mine</RunScriptsDependsOn></PropertyGroup>")]
    [InlineData("<Choose><When Condition='true'><PropertyGroup><ImageHostname>a</ImageHostname></PropertyGroup></When></Choose>")]
    public void What_is_right_is_not(string body) => Assert.Equal([], Faults(XDocument.Parse($"<Project Sdk='ImageSdk'>{body}</Project>")));
}

using ImageSdk.Sdk.Tests.Harness;
using YamlDotNet.RepresentationModel;

namespace ImageSdk.Sdk.Tests;

/// <summary>The pipelines in samples/ci: what they run is run here, on the template of a tree.</summary>
public sealed class ContinuousIntegrationTests(InstalledTemplates templates) : IClassFixture<InstalledTemplates>, IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Samples => Path.Combine(Repository.Root, "samples/ci");

    [Fact]
    public void The_builds_of_the_pipelines_run()
    {
        Assert.NotNull(templates);
        var commands = new HashSet<string>();
        foreach (var (file, member) in (ReadOnlySpan<(string, string)>)[(".github/workflows/images.yml", "run"), (".gitlab-ci.yml", "script"), ("azure-pipelines.yml", "script")])
        {
            // The tool comes from a feed that these tests have not got.
            var own = Lines(file, member).Where(line => line.StartsWith("dotnet ", StringComparison.Ordinal) && !line.StartsWith("dotnet tool ", StringComparison.Ordinal)).Distinct().ToList();
            Assert.Equal(["restore", "build", "test", "publish"], own.Select(command => command.Split(' ')[1]));
            commands.UnionWith(own.Select(command => string.Join(' ', command.Split(' ').Where(word => !word.StartsWith("-p:ImageServer=", StringComparison.Ordinal)))));
        }
        folder.DotNet("new", "image-tree", "-o", "a tree ä").Succeeded();
        foreach (var command in commands)
            DotNet.Run(folder["a tree ä"], PackedSdk.Environment, command.Split(' ')[1..]).Succeeded();
    }

    static List<string> Lines(string file, string member)
    {
        var yaml = new YamlStream();
        using (var text = File.OpenText(Path.Combine(Samples, file)))
            yaml.Load(text);
        return [.. Find(yaml.Documents[0].RootNode, member).SelectMany(script => script.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0)];
    }

    static IEnumerable<string> Find(YamlNode node, string member) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(pair => pair.Key is YamlScalarNode { Value: var name } && name == member
            ? pair.Value is YamlSequenceNode list ? list.Children.OfType<YamlScalarNode>().Select(line => line.Value!) : [((YamlScalarNode)pair.Value).Value!]
            : Find(pair.Value, member)),
        YamlSequenceNode list => list.Children.SelectMany(child => Find(child, member)),
        _ => [],
    };
}

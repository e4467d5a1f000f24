using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

public sealed class PackageTests
{
    readonly Dictionary<string, byte[]> files = Read(PackedSdk.Package("ImageSdk"));

    [Fact]
    public void The_SDK_is_an_SDK_without_dependencies()
    {
        var nuspec = XDocument.Parse(Text("ImageSdk.nuspec"));

        Assert.Equal(["MSBuildSdk"], nuspec.Descendants().Where(element => element.Name.LocalName == "packageType").Select(element => (string)element.Attribute("name")!));
        Assert.DoesNotContain(nuspec.Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Contains("Sdk/Sdk.props", files.Keys);
        Assert.Contains("Sdk/Sdk.targets", files.Keys);
        Assert.Contains("build/ImageSdk.targets", files.Keys);
        Assert.Contains("README.md", files.Keys);
    }

    [Fact]
    public void Every_file_of_the_SDK_is_imported_by_it()
    {
        var imported = Text("Sdk/Sdk.props") + Text("Sdk/Sdk.targets") + Text("targets/ImageSdk.Artifacts.props") + Text("targets/ImageSdk.Run.targets") + Text("targets/ImageSdk.Applications.targets");

        // A project is called, not imported.
        foreach (var file in files.Keys.Where(name => name.StartsWith("targets/", StringComparison.Ordinal) && !name.EndsWith(".proj", StringComparison.Ordinal)))
            Assert.Contains(Path.GetDirectoryName(file) is "targets/Stages" ? "targets/Stages/*.targets" : Path.GetFileName(file), imported);
    }

    [Theory]
    [InlineData("ImageSdk.Tasks")]
    [InlineData("ImageSdk.Worker")]
    public void The_tasks_and_the_worker_come_with_everything_they_need(string program)
    {
        using var dependencies = JsonDocument.Parse(Text($"tools/net10.0/{program}.deps.json"));
        var needed = dependencies.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .SelectMany(library => library.Value.TryGetProperty("runtime", out var runtime) ? runtime.EnumerateObject().Select(file => Path.GetFileName(file.Name)) : []);

        Assert.All(needed, file => Assert.Contains($"tools/net10.0/{file}", files.Keys));
        Assert.Contains($"tools/net10.0/{program}.dll", files.Keys);
        Assert.Contains("tools/net10.0/ImageSdk.Worker.runtimeconfig.json", files.Keys);
    }

    // System.IO.Hashing, which the client of S3 needs, is in no folder from which MSBuild loads it.
    [Fact]
    public void Nothing_that_the_DotNet_SDK_has_is_shipped() =>
        Assert.DoesNotContain(files.Keys.Select(Path.GetFileName).Where(name => name != "System.IO.Hashing.dll"), name =>
            new[] { "Microsoft.Build", "NuGet.", "Newtonsoft.", "System." }.Any(start => name!.StartsWith(start, StringComparison.Ordinal)));

    string Text(string name) => System.Text.Encoding.UTF8.GetString(files[name]).TrimStart('\ufeff');

    static Dictionary<string, byte[]> Read(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }
}

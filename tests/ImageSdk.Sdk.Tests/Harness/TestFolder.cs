using System.Diagnostics;
using System.Text.Json;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>A folder with projects that build with the packed SDK, and with the fake engine unless told otherwise.</summary>
sealed class TestFolder : IDisposable
{
    public TestFolder(bool fakeEngine = true)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(PackedSdk.Root, "projects", Guid.NewGuid().ToString("N")[..8])).FullName;
        Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="feed" value="{PackedSdk.Feed}" /></packageSources></configuration>
            """);
        Write("global.json", $$"""{ "msbuild-sdks": { "ImageSdk": "{{PackedSdk.Version}}" } }""");
        var tasks = fakeEngine ? $"<ImageSdkTasksAssembly>{Repository.FakeEngine}</ImageSdkTasksAssembly>" : "";
        Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <!-- As in many repositories, for its .NET projects. -->
                <TargetFramework>net10.0</TargetFramework>
                {tasks}
                <ImageStoreDirectory>{Path}/store</ImageStoreDirectory>
                <ImageCacheDirectory>{Path}/cache</ImageCacheDirectory>
              </PropertyGroup>
            </Project>
            """);
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        var file = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>An image project with this body, in a folder of its own unless it is the only one.</summary>
    public string Project(string name, string body = "") => Write(name + ".imgproj", $"<Project Sdk=\"ImageSdk\">\n{body}\n</Project>\n");

    /// <summary>What the command does, in this process: ten times as fast as <see cref="DotNet"/>, which is for what the command itself does.</summary>
    public BuildResult Run(params string[] arguments) => BuildInProcess.Run(new BuildCommand(Path, arguments));

    public BuildResult Build(params string[] arguments) => Run(["build", .. arguments]);

    public BuildResult DotNet(params string[] arguments) => Harness.DotNet.Run(Path, PackedSdk.Environment, arguments);

    public Process Start(params string[] arguments) => Harness.DotNet.Start(Path, PackedSdk.Environment, arguments);

    /// <summary>What the fake engine was told, in order.</summary>
    public IReadOnlyList<string> Log(string project = "") =>
        File.Exists(State("fake.log", project)) ? File.ReadAllLines(State("fake.log", project)) : [];

    /// <summary>The stages that ran since the log was last forgotten.</summary>
    public IReadOnlyList<string> StagesRun(string project = "") =>
        [.. Log(project).Where(line => line.StartsWith("Run ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];

    public void ForgetLog(string project = "") => File.Delete(State("fake.log", project));

    public string State(string file, string project = "") => System.IO.Path.Combine(Path, project, "obj/Debug/image", file);

    /// <summary>The project as the engine got it.</summary>
    public JsonElement Plan() => JsonDocument.Parse(File.ReadAllText(State("plan.json"))).RootElement;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

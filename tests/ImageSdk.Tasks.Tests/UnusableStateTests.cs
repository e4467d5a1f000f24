using System.Collections;
using System.Reflection;
using ImageSdk.Building.State;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks.Tests;

/// <summary>Every task, in a project whose state is missing, damaged or not what it should be: coded errors, and none of ours.</summary>
public sealed class UnusableStateTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("state ü").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    public static TheoryData<string> Tasks => new(typeof(ImageTask).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ImageTask)) && !type.IsAbstract).Select(type => type.Name));

    static readonly (string Name, Action<string> Make)[] States =
    [
        ("missing", _ => { }),
        ("a file", state => File.WriteAllText(state, "x")),
        ("empty", state => Directory.CreateDirectory(state)),
        ("damaged", state => Fill(state, file => File.WriteAllText(file, "{\"a\": "))),
        ("binary", state => Fill(state, file => File.WriteAllBytes(file, [0xFF, 0xFE, 0]))),
        ("directories", state => Fill(state, file => Directory.CreateDirectory(file))),
        ("links to nowhere", state => Fill(state, file => File.CreateSymbolicLink(file, "/no/where"))),
        ("links to themselves", state => Fill(state, file => File.CreateSymbolicLink(file, Path.GetFileName(file)))),
    ];

    static void Fill(string state, Action<string> make)
    {
        Directory.CreateDirectory(state);
        foreach (var name in new[]
        {
            "plan.json", "digests", "tree.image", "described.json", "contents.json", "digests.json", "tests.passed", "artifacts.stage", "artifacts.inputs", "build.log",
            "ResolveSourceImage.stage", "UnpackSourceImage.stage", "CopyFiles.stage", "CopyFiles.inputs", "ScanImage.stage", "TestImage.stage", "TestImage.inputs",
        })
            make(Path.Combine(state, name));
    }

    [Theory, MemberData(nameof(Tasks))]
    public void Give_coded_errors(string name)
    {
        foreach (var (state, make) in States)
        {
            var folder = Path.Combine(directory, state);
            Directory.CreateDirectory(folder);
            var stateDirectory = Path.Combine(folder, "obj");
            make(stateDirectory);
            var engine = new Engine();
            var task = Create(name, folder, stateDirectory);
            task.BuildEngine = engine;
            task.Execute();
            (task as IDisposable)?.Dispose();
            engine.Dispose();
            Assert.All(engine.Errors, error => Assert.True(error.Code is { Length: 7 } and not "IMG9999", $"{name}, {state}: {error.Code} {error.Message}"));
        }
    }

    static ImageTask Create(string name, string folder, string state)
    {
        var type = typeof(ImageTask).Assembly.GetType($"ImageSdk.Tasks.{name}") ?? typeof(ImageTask).Assembly.GetTypes().Single(type => type.Name == name);
        var task = (ImageTask)Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetCustomAttribute<RequiredAttribute>() is not null))
            property.SetValue(task, property.PropertyType switch
            {
                _ when property.PropertyType == typeof(string) => property.Name switch
                {
                    "ProjectFile" => Path.Combine(folder, "x.imgproj"),
                    "StateDirectory" => state,
                    "Stage" => "CopyFiles",
                    _ => Path.Combine(folder, "other"),
                },
                { IsArray: true } array => Array.CreateInstance(array.GetElementType()!, 0),
                _ when property.PropertyType == typeof(ITaskItem) => new TaskItem(Path.Combine(folder, "item")),
                var other => other.IsValueType ? Activator.CreateInstance(other) : null,
            });
        task.ProjectFile = Path.Combine(folder, "x.imgproj");
        task.StateDirectory = state;
        // Nothing is there to be started.
        if (task is SandboxedImageTask sandboxed)
            sandboxed.WorkerAssembly = Path.Combine(folder, "no-worker.dll");
        return task;
    }

    sealed class Engine : IBuildEngine4, IDisposable
    {
        readonly Dictionary<object, object> registered = [];

        public List<BuildErrorEventArgs> Errors { get; } = [];

        public bool ContinueOnError => false;
        public int LineNumberOfTaskNode => 0;
        public int ColumnNumberOfTaskNode => 0;
        public string ProjectFileOfTaskNode => "";
        public bool IsRunningMultipleNodes => false;

        public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

        public void LogWarningEvent(BuildWarningEventArgs e)
        {
        }

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) => false;

        public bool BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IDictionary[] targetOutputsPerProject, string[] toolsVersion, bool useResultsCache, bool unloadProjectsOnCompletion) => false;

        public BuildEngineResult BuildProjectFilesInParallel(string[] projectFileNames, string[] targetNames, IDictionary[] globalProperties, IList<string>[] removeGlobalProperties, string[] toolsVersion, bool returnTargetOutputs) => new(false, []);

        public void Yield()
        {
        }

        public void Reacquire()
        {
        }

        public void RegisterTaskObject(object key, object obj, RegisteredTaskObjectLifetime lifetime, bool allowEarlyCollection) => registered[key] = obj;

        public object GetRegisteredTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => registered.GetValueOrDefault(key)!;

        public object UnregisterTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => registered.Remove(key, out var value) ? value : null!;

        public void Dispose()
        {
            foreach (var value in registered.Values.OfType<IDisposable>())
                value.Dispose();
        }
    }
}

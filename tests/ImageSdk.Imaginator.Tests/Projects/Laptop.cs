using System.Runtime.InteropServices;
using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>A machine that has its projects built by an imaginator: what MSBuild's tasks do there, without MSBuild.</summary>
sealed class Laptop(Folder folder, string builder) : IBuildListener
{
    readonly Lock turn = new();

    public List<string> Notes { get; } = [];

    public List<string> Lines { get; } = [];

    public List<Diagnostic> Warnings { get; } = [];

    public string CertificateDirectory { get; init; } = folder["no certificates"];

    public string AuthoritiesFile { get; init; } = "";

    public ImageServerSettings Settings => new(builder, CertificateDirectory) { AuthoritiesFile = AuthoritiesFile };

    public ImageProject Project(string name, string source = "boot/small") => new()
    {
        ProjectFile = folder.Write($"{name}/{name}.imgproj", "<Project />"),
        ManifestDirectory = folder[name],
        Stream = $"users/{name.Replace("ä", "ae", StringComparison.Ordinal)}",
        Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        Source = new() { Stream = source },
        Store = new(folder["laptop/images"], folder["laptop/objects"]),
        CacheDirectory = folder["laptop/cache"],
        ImageFile = folder[$"{name}/bin/{name}.image"],
    };

    public async Task BuildAsync(ImageProject project, IReadOnlyList<string>? references = null, IReadOnlyList<ArtifactRequest>? artifacts = null, CancellationToken cancellation = default)
    {
        var build = new ImageBuild(StateOf(project), this);
        build.Prepare(project, cancellation);
        build.PrepareRemote(Settings, artifacts ?? [], references ?? []);
        await build.BuildRemotelyAsync(Settings, artifacts ?? [], references ?? [], cancellation).WaitAsync(TimeSpan.FromMinutes(3), CancellationToken.None);
    }

    public static string StateOf(ImageProject project) => Path.Combine(project.ManifestDirectory, "obj");

    public void Report(Diagnostic diagnostic)
    {
        lock (turn)
            Warnings.Add(diagnostic);
    }

    public void Progress(string message) => Add(Lines, message);

    public void Note(string message) => Add(Notes, message);

    public void Output(string line) => Add(Lines, line);

    void Add(List<string> list, string line)
    {
        lock (turn)
            list.Add(line);
    }
}

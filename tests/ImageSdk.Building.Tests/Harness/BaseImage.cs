using ImageSdk.Building.State;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests;

/// <summary>A published base for a class of tests; its layer is made once a run and shared through the cache.</summary>
public sealed class BaseImage : IAsyncLifetime
{
    internal ImageWorkspace Workspace { get; } = new();

    internal string ImageFile => Workspace.BaseProject().ImageFile;

    public async Task InitializeAsync()
    {
        if (TestHost.WhyNot is null)
            await Workspace.BuildAndPublishAsync(Workspace.BaseProject());
    }

    public Task DisposeAsync()
    {
        Workspace.Dispose();
        return Task.CompletedTask;
    }

    int number;

    /// <summary>A manifest directory on the base.</summary>
    internal (ImageProject Project, string Directory) New(string? name = null)
    {
        name ??= $"t{Interlocked.Increment(ref number)}";
        var directory = Workspace.NewManifest(name);
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/debian12"}""");
        // Folders may have blanks in their names, streams may not.
        return (Workspace.Project($"test/{name.Replace(' ', '-')}", directory), directory);
    }
}

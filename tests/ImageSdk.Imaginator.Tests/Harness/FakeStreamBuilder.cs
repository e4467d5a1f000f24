using System.Collections.Concurrent;
using System.Text;
using ImageSdk.Building.Reporting;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Tests;

/// <summary>Builds at once: an image with one file that says which build it is.</summary>
sealed class FakeStreamBuilder : IStreamBuilder
{
    readonly ConcurrentQueue<StreamBuild> builds = [];

    /// <summary>By stream, what it is built on.</summary>
    public Dictionary<string, string> Sources { get; } = [];

    /// <summary>By stream, why it fails.</summary>
    public Dictionary<string, string> Failures { get; } = [];

    /// <summary>By stream, what is in the file; null for something else every time.</summary>
    public Func<string, string>? Contents { get; set; }

    /// <summary>Where sources are looked for.</summary>
    public ImageServerLink Server { get; set; } = null!;

    /// <summary>What each build waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public IReadOnlyList<StreamBuild> Builds => [.. builds];

    public int CountOf(string stream) => builds.Count(build => build.Stream.Name == stream);

    public async Task<IBuiltImage> BuildAsync(StreamBuild build, IBuildListener log, CancellationToken cancellation)
    {
        if (Sources.TryGetValue(build.Stream.Name, out var source))
            await RequireAsync(source, build.MaxSourceAge, cancellation);
        builds.Enqueue(build);
        log.Output($"building {build.Stream.Name}");
        await Gate.WaitAsync(cancellation);
        if (Failures.TryGetValue(build.Stream.Name, out var failure))
            throw new BuildException("IMG9999", failure);
        var content = Encoding.UTF8.GetBytes(Contents?.Invoke(build.Stream.Name) ?? $"build {builds.Count} of {build.Stream.Name}");
        var sourceImage = source is null ? null : await Server.FindLatestAsync(source, "", new Dictionary<string, IReadOnlyList<string>>(), cancellation);
        return new Built(new() { FileSystem = Tree(content), SourceImage = sourceImage ?? "" }, content);
    }

    /// <summary>The tree of an image with one file.</summary>
    public static FileSystem Tree(byte[] content)
    {
        var tree = new FileSystemBuilder();
        tree.Add("/etc", new DirectoryInode { Mode = InodeMode.Directory | 0x1ED });
        tree.Add("/etc/build", new RegularInode { Mode = InodeMode.Regular | 0x1A4, Size = (ulong)content.Length, Hash = ObjectHash.Of(content) });
        return tree.Build();
    }

    async Task RequireAsync(string source, TimeSpan maxAge, CancellationToken cancellation)
    {
        var needed = new SourceRequirement(source, "", new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, string> { ["FROM"] = "manifest" });
        if (await Server.FindLatestAsync(source, "", needed.TagsToMatch, cancellation) is not { } name)
            throw new SourceNeededException("no source image", needed);
        if (maxAge > TimeSpan.Zero && DateTimeOffset.UtcNow - await Server.FindCreationAsync(name, cancellation) > maxAge)
            throw new SourceNeededException("too old source image", needed);
    }

    sealed class Built(Image image, byte[] content) : IBuiltImage
    {
        public Image Image => image;

        public IReadOnlyList<BuiltStage> Stages { get; } = [new("CopyFiles", StageResult.Cached, 12), new("RunScripts", StageResult.Ran, 3456), new("InstallPackages", StageResult.Nothing, 0)];

        public Task StoreObjectsAsync(IReadOnlySet<ObjectHash> wanted, string directory, CancellationToken cancellation)
        {
            if (wanted.Contains(ObjectHash.Of(content)))
                new ObjectStore(directory).Add(content);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Builds images of streams. Implementations are safe for many builds at once.</summary>
interface IStreamBuilder
{
    /// <summary>Builds an image; the image server has it afterwards no more than before.</summary>
    /// <param name="build">What to build.</param>
    /// <param name="log">Receives what happens.</param>
    /// <param name="cancellation">Ends the build; nothing of it is left.</param>
    /// <exception cref="SourceNeededException">The source image has to be built first.</exception>
    /// <exception cref="BuildException">It fails, for a reason that the message explains.</exception>
    /// <exception cref="StreamException">The stream cannot be built as it is configured.</exception>
    /// <exception cref="Git.GitException">Its repository cannot be read.</exception>
    /// <exception cref="Srpc.SrpcException">The image server refuses, or cannot be reached.</exception>
    Task<IBuiltImage> BuildAsync(StreamBuild build, IBuildListener log, CancellationToken cancellation);
}

/// <summary>An image that was built. What it holds is free for other builds when it is disposed of.</summary>
interface IBuiltImage : IAsyncDisposable
{
    /// <summary>The image, without who asked for it and when it expires.</summary>
    Image Image { get; }

    /// <summary>What its stages did, in order.</summary>
    IReadOnlyList<BuiltStage> Stages { get; }

    /// <summary>Brings objects of the image into a directory, in the layout of an object server.</summary>
    Task StoreObjectsAsync(IReadOnlySet<ObjectHash> wanted, string directory, CancellationToken cancellation);
}

/// <summary>What to build.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Variables">Those of the request.</param>
sealed record StreamBuild(BuildableStream Stream, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>A branch, a tag or a commit; empty for "master".</summary>
    public string GitBranch { get; init; } = "";

    /// <summary>How old the source image may be; zero for any age.</summary>
    public TimeSpan MaxSourceAge { get; init; }

    /// <summary>How old packages from the cache may be; null for any age.</summary>
    public TimeSpan? MaxPackageAge { get; init; }

    /// <summary>Receives each stage as it begins.</summary>
    public Func<string, Task>? Report { get; init; }

    /// <summary>How long it may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(24);
}

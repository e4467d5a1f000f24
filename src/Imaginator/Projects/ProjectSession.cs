using System.Threading.Channels;
using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;

namespace ImageSdk.Imaginator.Projects;

/// <summary>A build of a project while its caller waits for it. It is in memory alone: with the caller goes the build, and with it the project's secrets.</summary>
sealed class ProjectSession(ReceivedProject project, BuildProjectRequest request, IReadOnlyList<string> referencedImages, string user) : IDisposable
{
    /// <summary>News that a caller who reads slowly may be behind; of more the lines of commands are left out.</summary>
    const int MaximumWaiting = 10_000;

    readonly Channel<BuildProjectResponse> news = Channel.CreateUnbounded<BuildProjectResponse>();
    Action? release;

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public ReceivedProject Project => project;

    public BuildProjectRequest Request => request;

    /// <summary>Records of images that the project may stand on.</summary>
    public IReadOnlyList<string> ReferencedImages => referencedImages;

    public string User => user;

    public ChannelReader<BuildProjectResponse> News => news.Reader;

    /// <summary>What was made: paths of files.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>The name of the build.</summary>
    public string Build { get; private set; } = "";

    /// <summary>Why there is no image.</summary>
    public Diagnostic? Failure { get; private set; }

    public void Tell(BuildProjectResponse response)
    {
        if (response.News != BuildProjectNews.Output || news.Reader.Count < MaximumWaiting)
            news.Writer.TryWrite(response);
    }

    /// <summary>The build is over.</summary>
    /// <param name="keep">Lets go of the files.</param>
    public void Succeed(string build, IReadOnlyList<string> files, Action keep)
    {
        (Build, Files, release) = (build, files, keep);
        news.Writer.TryComplete();
    }

    /// <inheritdoc cref="Succeed"/>
    public void Fail(Diagnostic failure)
    {
        Failure = failure;
        news.Writer.TryComplete();
    }

    /// <summary>The job is over, however that came.</summary>
    public void End() => news.Writer.TryComplete();

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Layers.Shared;
using ImageSdk.Srpc;

namespace ImageSdk.Building.Remote;

/// <summary>The way to an imaginator that builds projects. What goes wrong on it is an error of the build.</summary>
sealed class BuilderLink(ImageServerSettings builder, string projectFile, IBuildListener listener) : IAsyncDisposable
{
    const int Port = 6975;

    readonly ServerLink link = new(builder, projectFile, listener, Port);

    /// <summary>host:port.</summary>
    public string Address => link.Address;

    /// <summary>Does something with the imaginator.</summary>
    /// <exception cref="BuildException">It refuses, or cannot be reached.</exception>
    public async Task<T> CallAsync<T>(Func<RemoteBuilderClient, Task<T>> act, CancellationToken cancellation)
    {
        try
        {
            return await link.Connections.CallAsync(connection => act(new RemoteBuilderClient(connection)), cancellation);
        }
        catch (SrpcException problem)
        {
            throw Explain(problem);
        }
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();

    BuildException Explain(SrpcException problem) => problem switch
    {
        { IsAccessDenied: true } => Error("IMG7364",
            $"{Address} does not build for you ({problem.Message}). Ask its owner for a certificate that permits it, and put it into the certificate directory (ImageBuilderCertificates).", problem),
        { IsFromServer: true } when problem.Message.Contains("RemoteBuilder", StringComparison.Ordinal) => Error("IMG7365",
            $"{Address} does not do this for projects of other machines ({problem.Message}): it is no imaginator of ImageSdk, or an old one. Build without ImageBuilder, or have it build streams: imagesdk build build-image.", problem),
        { IsFromServer: true } => Error("IMG7364", $"{Address} refuses: {problem.Message}.", problem),
        _ => Error("IMG7363",
            $"{Address} cannot be reached, or was lost: {problem.Message}. Check ImageBuilder, the network and the certificates; what was sent is not sent again when you try again.", problem),
    };

    BuildException Error(string code, string message, Exception inner) => new(code, message, projectFile, inner: inner);
}

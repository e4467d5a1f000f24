using System.Globalization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Srpc;

namespace ImageSdk.Building.Publishing;

/// <summary>Brings an image of the local store to an image server. The same image twice is one image.</summary>
sealed class ServerPublisher(ServerLink server, IObjectSource objects, IBuildListener listener)
{
    static readonly TimeSpan progressInterval = TimeSpan.FromSeconds(2);

    /// <returns>The image's name at the server: the one given, unless another image has it there.</returns>
    /// <exception cref="BuildException">The server refuses, or cannot be reached.</exception>
    public async Task<string> PublishAsync(string name, Image image, CancellationToken cancellation)
    {
        // Dominators of the original stop at an image that declares no triggers; an empty list says the same.
        image = image with { Triggers = image.Triggers ?? new Triggers([]) };
        while (true)
        {
            var stored = await server.AskAsync(client => client.GetImageAsync(name, cancellation), cancellation);
            if (stored is null)
            {
                if (await TryAddAsync(name, image, cancellation))
                    return name;
            }
            else if (PublishedImage.IsSame(stored, image))
                return name;
            name = PublishedImage.NextName(name);
        }
    }

    async Task<bool> TryAddAsync(string name, Image image, CancellationToken cancellation)
    {
        await MakeDirectoryAsync(ImageName.GetDirectory(name), cancellation);
        var push = new ImagePush(server.Connections, objects, server.Options);
        using var reporting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var report = ReportAsync(push.Progress, reporting.Token);
        try
        {
            await push.PushAsync(name, image, cancellation);
        }
        catch (SrpcException refusal) when (refusal.IsFromServer && IsTaken(refusal.Message))
        {
            return false;
        }
        catch (SrpcException problem)
        {
            throw server.Explain(problem);
        }
        finally
        {
            await reporting.CancelAsync();
            await report;
        }
        if (await server.GuardAsync(() => AttributeLoss.CountAsync(server.Connections, name, image, cancellation)) is > 0 and var lost)
        {
            listener.Report(new(DiagnosticSeverity.Warning, "IMG7191",
                $"The image server {server.Address} does not keep extended attributes: {Count(lost)} paths of {name} lost theirs there (file capabilities, ACLs, labels). Publish to a server that does, or set them in a script at the machine."));
        }
        listener.Progress($"Sent {Describe(push.Progress)}; the server had {Count(push.Progress.KnownCount)}");
        return true;
    }

    // In the same second another image came, or one was deleted.
    static bool IsTaken(string refusal) =>
        refusal.Contains("already exists", StringComparison.Ordinal) || refusal.StartsWith("cannot add previously deleted image", StringComparison.Ordinal);

    async Task MakeDirectoryAsync(string directory, CancellationToken cancellation)
    {
        if (!await server.AskAsync(client => client.CheckDirectoryAsync(directory, cancellation), cancellation))
        {
            await server.GuardAsync(() => server.Connections.CallAsync(
                async connection =>
                {
                    await new ImageServerClient(connection).MakeDirectoryAsync(directory, makeAll: true, cancellation);
                    return true;
                }, cancellation));
        }
    }

    async Task ReportAsync(TransferProgress progress, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(progressInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                listener.Progress($"Sending to {server.Address}: {Describe(progress)} so far");
        }
        catch (OperationCanceledException)
        {
        }
    }

    static string Describe(TransferProgress progress) =>
        $"{Count(progress.ObjectCount)} objects, {HumanSize.Format((ulong)progress.ByteCount)}";

    static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

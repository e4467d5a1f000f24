using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Workers;

/// <summary>A worker's connection to its coordinator.</summary>
/// <param name="address">host:port.</param>
/// <param name="options">How to connect, asked for each connection.</param>
/// <param name="time">The clock.</param>
sealed class CoordinatorLink(string address, Func<SrpcClientOptions> options, Action<string> log, TimeProvider time)
{
    static readonly TimeSpan pause = TimeSpan.FromSeconds(2);

    /// <summary>What has to be known of a stream. Waits for a coordinator that is away.</summary>
    /// <exception cref="StreamException">It has no such stream.</exception>
    /// <exception cref="BuildException">IMG7353: it does not tell.</exception>
    public async Task<WorkerSetup> GetSetupAsync(string stream, CancellationToken cancellation)
    {
        for (var isFirst = true; ; isFirst = false)
            try
            {
                await using var connection = await new SrpcDialer(options()).ConnectAsync(SrpcAddress.Parse(address), cancellation);
                var response = await connection.CallAsync(
                    $"{GetWorkerSetupRequest.Service}.{GetWorkerSetupRequest.Method}", GetWorkerSetupRequest.Gob, new() { StreamName = stream }, GetWorkerSetupResponse.Gob, cancellation);
                return response.Error.Length == 0 ? WorkerSetup.Parse(response.Setup) : throw new StreamException(response.Error);
            }
            catch (SrpcException problem) when (problem.IsFromServer)
            {
                throw new BuildException("IMG7353", $"the imaginator {address} does not tell its workers what to build: {problem.Message}. " +
                    $"The worker's certificate has to permit {GetWorkerSetupRequest.Service}.{GetWorkerSetupRequest.Method}.");
            }
            catch (SrpcException problem)
            {
                if (isFirst)
                    log($"{address}: {problem.Message}; waiting for it");
                await Task.Delay(pause, time, cancellation);
            }
    }
}

using System.Net;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Imaginator.Workers;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Services;

/// <summary>The service "ImaginatorWorkers": what workers have to know. It needs the power to call it, as it tells secrets.</summary>
/// <param name="imageServer">host:port.</param>
/// <param name="architecture">Of this machine, in the field's words.</param>
/// <param name="secrets">The variables of the variables file.</param>
/// <param name="isInsecure">Whether this daemon has no TLS.</param>
sealed class WorkerService(StreamCatalogue streams, string imageServer, string architecture, Func<IReadOnlyDictionary<string, string>> secrets, Func<bool> isInsecure)
{
    static readonly Diagnostic noTls = new(DiagnosticSeverity.Error, "IMG7355",
        "the imaginator has a variables file and no TLS, and tells no secrets in clear text to another machine. Give it certificates (-CAfile, -certFile, -keyFile).");

    public SrpcService Create() => new SrpcService(GetWorkerSetupRequest.Service)
        .RequestReply(GetWorkerSetupRequest.Method, GetWorkerSetupRequest.Gob, GetWorkerSetupResponse.Gob, async (request, call) => await GetAsync(request.StreamName, call));

    async Task<GetWorkerSetupResponse> GetAsync(string name, SrpcServerCall call)
    {
        try
        {
            if (await streams.FindWithReloadAsync(name, call.Aborted) is not { } stream)
                return new() { Error = $"unknown stream: {name}" };
            var known = secrets();
            if (known.Count > 0 && isInsecure() && call.Peer.Remote is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address))
                return new() { Error = noTls.ToLine() };
            return new() { Setup = WorkerSetup.Of(stream, imageServer, architecture, streams.Main, known).ToJson() };
        }
        catch (AmbiguousStreamException problem)
        {
            return new() { Error = problem.Message };
        }
    }
}

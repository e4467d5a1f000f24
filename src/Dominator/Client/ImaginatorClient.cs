using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>An imaginator, which builds images of streams.</summary>
/// <param name="connection">May be shared with others; stays the caller's.</param>
public sealed class ImaginatorClient(SrpcConnection connection)
{
    /// <summary>Has an image built.</summary>
    /// <param name="log">Is given parts of the log as they come, where the request asks for them.</param>
    /// <returns>The last answer. Its error is thrown only where it says nothing more.</returns>
    /// <exception cref="SrpcException">The imaginator refuses, or the connection is lost.</exception>
    public async Task<BuildImageResponse> BuildImageAsync(BuildImageRequest request, Func<ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("Imaginator.BuildImage", cancellation);
        await call.WriteAsync(BuildImageRequest.Gob, request);
        await call.FlushAsync();
        if ((await call.ReadLineAsync()).TrimEnd('\r') is { Length: > 0 } refusal)
        {
            await call.CloseAsync();
            throw new SrpcException(refusal) { IsFromServer = true };
        }
        while (true)
        {
            var response = await call.ReadAsync(BuildImageResponse.Gob);
            if (response.BuildLog.Length > 0)
                await log(response.BuildLog);
            if (response is { ErrorString: "", Image: null, ImageName: "" })
                continue;
            await call.CloseAsync();
            return response;
        }
    }

    /// <summary>Ends builds that are under way. An imaginator of the original has no such method.</summary>
    public Task<CancelBuildResponse> CancelBuildAsync(CancelBuildRequest request, CancellationToken cancellation = default) => connection.CallAsync(
        "Imaginator.CancelBuild", CancelBuildRequest.Gob, request, CancelBuildResponse.Gob, cancellation);

    public Task<DisableAutoBuildsResponse> DisableAutoBuildsAsync(TimeSpan time, CancellationToken cancellation = default) => connection.CallAsync(
        "Imaginator.DisableAutoBuilds", DisableAutoBuildsRequest.Gob, new() { DisableFor = time }, DisableAutoBuildsResponse.Gob, cancellation);

    /// <param name="time">Zero to allow them again.</param>
    public Task<DisableBuildRequestsResponse> DisableBuildRequestsAsync(TimeSpan time, CancellationToken cancellation = default) => connection.CallAsync(
        "Imaginator.DisableBuildRequests", DisableBuildRequestsRequest.Gob, new() { DisableFor = time }, DisableBuildRequestsResponse.Gob, cancellation);

    /// <param name="maxAge">Zero for what is known already.</param>
    public Task<GetDependenciesResponse> GetDependenciesAsync(TimeSpan maxAge, CancellationToken cancellation = default) => connection.CallAsync(
        "Imaginator.GetDependencies", GetDependenciesRequest.Gob, new() { MaxAge = maxAge }, GetDependenciesResponse.Gob, cancellation);

    public Task<GetDirectedGraphResponse> GetDirectedGraphAsync(GetDirectedGraphRequest request, CancellationToken cancellation = default) =>
        connection.CallAsync("Imaginator.GetDirectedGraph", GetDirectedGraphRequest.Gob, request, GetDirectedGraphResponse.Gob, cancellation);

    public Task<ReplaceIdleSlavesResponse> ReplaceIdleSlavesAsync(bool immediately, CancellationToken cancellation = default) => connection.CallAsync(
        "Imaginator.ReplaceIdleSlaves", ReplaceIdleSlavesRequest.Gob, new() { ImmediateGetNew = immediately }, ReplaceIdleSlavesResponse.Gob, cancellation);

    public Task<StartAutoBuildsResponse> StartAutoBuildsAsync(StartAutoBuildsRequest request, CancellationToken cancellation = default) =>
        connection.CallAsync("Imaginator.StartAutoBuilds", StartAutoBuildsRequest.Gob, request, StartAutoBuildsResponse.Gob, cancellation);
}

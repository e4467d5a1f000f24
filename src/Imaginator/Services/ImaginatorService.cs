using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Dependencies;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Imaginator.Services;

/// <summary>The service "Imaginator": its methods as the original has them, in the words that its clients look for.</summary>
/// <param name="callsPerUser">Of BuildImage, for those who do not hold its power; 0 for any number.</param>
sealed class ImaginatorService(
    BuildRequests requests, BuildJobs jobs, BuildCancellation cancellations, BuildSwitches switches, AutoBuilds automatic, DependencyGenerator dependencies, StreamCatalogue streams, ImageServerLink server, int callsPerUser,
    Action<string> log)
{
    public SrpcService Create() => new SrpcService("Imaginator")
        .Stream("BuildImage", BuildImageAsync, new() { Access = SrpcAccess.Public, CallsPerUser = callsPerUser > 0 ? callsPerUser : null })
        .RequestReply("CancelBuild", CancelBuildRequest.Gob, CancelBuildResponse.Gob, CancelBuildAsync, SrpcMethodOptions.Public)
        .RequestReply("DisableAutoBuilds", DisableAutoBuildsRequest.Gob, DisableAutoBuildsResponse.Gob, (request, call) => Task.FromResult(DisableAutoBuilds(request, call.Caller)))
        .RequestReply("DisableBuildRequests", DisableBuildRequestsRequest.Gob, DisableBuildRequestsResponse.Gob, (request, call) => Task.FromResult(DisableRequests(request, call.Caller)))
        .RequestReply("GetDependencies", GetDependenciesRequest.Gob, GetDependenciesResponse.Gob, GetDependenciesAsync, SrpcMethodOptions.Public)
        .RequestReply("GetDirectedGraph", GetDirectedGraphRequest.Gob, GetDirectedGraphResponse.Gob, GetDirectedGraphAsync, SrpcMethodOptions.Public)
        .RequestReply("ReplaceIdleSlaves", ReplaceIdleSlavesRequest.Gob, ReplaceIdleSlavesResponse.Gob, (_, _) =>
            Task.FromResult(new ReplaceIdleSlavesResponse { Error = "no SlaveDriver configured" }))
        .RequestReply("StartAutoBuilds", StartAutoBuildsRequest.Gob, StartAutoBuildsResponse.Gob, StartAutoBuildsAsync);

    // A caller who goes away does not end the build.
    async Task BuildImageAsync(SrpcServerCall call)
    {
        BuildImageRequest request;
        try
        {
            request = await call.ReadAsync(BuildImageRequest.Gob);
        }
        catch (GobException problem)
        {
            await call.WriteTextAsync(problem.Message.ReplaceLineEndings(" ") + "\n");
            if (!call.IsAtBoundary)
                throw;
            return;
        }
        await call.WriteTextAsync("\n");
        await call.FlushAsync();
        BuildImageResponse response;
        try
        {
            var job = await requests.SubmitAsync(request, call.Caller, call.Aborted);
            response = await FollowAsync(job.Id, request, call);
        }
        catch (Exception refusal) when (refusal is BuildRefusedException or JobException or SrpcException)
        {
            response = new() { ErrorString = refusal.Message };
        }
        await call.WriteAsync(BuildImageResponse.Gob, response);
    }

    async Task<BuildImageResponse> FollowAsync(long id, BuildImageRequest request, SrpcServerCall call)
    {
        using var whole = new MemoryStream();
        await foreach (var chunk in jobs.Queue.LogAsync(id, cancel: call.Aborted))
        {
            if (!request.StreamBuildLog)
            {
                whole.Write(chunk.Bytes.Span);
                continue;
            }
            await call.WriteAsync(BuildImageResponse.Gob, new() { BuildLog = chunk.Bytes.ToArray() });
            await call.FlushAsync();
        }
        var job = await jobs.Queue.WaitAsync(id, call.Aborted);
        var log = whole.ToArray();
        if (job is not { State: JobState.Succeeded, Result: { } result })
            return await DescribeFailureAsync(id, job, log, call.Aborted);
        var outcome = BuildOutcome.Read(result);
        return ObjectHash.TryParse(outcome.ImageObject, out var hash)
            ? new() { Image = await server.ReadImageAsync(hash, call.Aborted), BuildLog = log }
            : new() { ImageName = outcome.ImageName, BuildLog = log };
    }

    async Task<BuildImageResponse> DescribeFailureAsync(long id, Job? job, byte[] log, CancellationToken cancellation)
    {
        var response = new BuildImageResponse { ErrorString = job?.Failure ?? "the job is gone", BuildLog = log };
        await foreach (var entry in jobs.Queue.EventsAsync(id, follow: false, cancel: cancellation))
            if (SourceNotice.Read(entry.Text) is { } notice)
                return response with
                {
                    NeedSourceImage = true,
                    SourceImage = notice.Stream,
                    SourceImageGitCommitId = notice.GitCommitId,
                    SourceImageBuildVariables = notice.BuildVariables.Count > 0 ? notice.BuildVariables : null,
                };
        return response;
    }

    async Task<CancelBuildResponse> CancelBuildAsync(CancelBuildRequest request, SrpcServerCall call)
    {
        try
        {
            if (request.Build == 0)
                return new() { Cancelled = [.. (await cancellations.CancelAllAsync(request.StreamName, call.Caller, call.Aborted)).Select(cancelled => (ulong)cancelled.Id)] };
            var job = request.Build <= long.MaxValue ? await jobs.FindAsync((long)request.Build, call.Aborted) : null;
            if (job is null)
                return new() { Error = $"unknown build: {request.Build}" };
            job = await cancellations.CancelAsync(job, call.Caller, call.Aborted);
            return job.State is JobState.Succeeded or JobState.Failed
                ? new() { Error = $"build {job.Id} is over: {job.State.ToString().ToLowerInvariant()}" }
                : new() { Cancelled = [request.Build] };
        }
        catch (BuildRefusedException refusal)
        {
            return new() { Error = refusal.Message };
        }
    }

    DisableAutoBuildsResponse DisableAutoBuilds(DisableAutoBuildsRequest request, SrpcCaller caller)
    {
        try
        {
            var until = switches.DisableAutomatic(request.DisableFor);
            log($"Disable({caller.User}): auto builds until {until.UtcDateTime:u}");
            return new() { DisabledUntil = until };
        }
        catch (BuildRefusedException refusal)
        {
            return new() { Error = refusal.Message };
        }
    }

    DisableBuildRequestsResponse DisableRequests(DisableBuildRequestsRequest request, SrpcCaller caller)
    {
        try
        {
            var until = switches.DisableRequests(request.DisableFor);
            log(until is null ? $"Enable({caller.User}): build requests" : $"Disable({caller.User}): build requests until {until.Value.UtcDateTime:u}");
            return new() { DisabledUntil = until };
        }
        catch (BuildRefusedException refusal)
        {
            return new() { Error = refusal.Message };
        }
    }

    async Task<StartAutoBuildsResponse> StartAutoBuildsAsync(StartAutoBuildsRequest request, SrpcServerCall call)
    {
        log($"StartAutoBuilds({call.Caller.User})");
        try
        {
            await call.WhileCallerStaysAsync(async gone =>
            {
                await automatic.StartAsync(request, gone);
                return true;
            });
            return new();
        }
        catch (BuildRefusedException refusal)
        {
            return new() { Error = refusal.Message };
        }
    }

    async Task<GetDependenciesResponse> GetDependenciesAsync(GetDependenciesRequest request, SrpcServerCall call)
    {
        var data = await call.WhileCallerStaysAsync(gone => dependencies.GetAsync(request.MaxAge, gone));
        return new()
        {
            Result = data is null ? new() : new()
            {
                FetchLog = Encoding.UTF8.GetBytes(data.FetchLog),
                GeneratedAt = data.GeneratedAt,
                LastAttemptAt = data.LastAttemptAt,
                LastAttemptError = data.LastAttemptError,
                StreamToSource = data.GeneratedAt is null ? null : data.StreamToSource,
                UnbuildableSources = data.GeneratedAt is null ? null : data.UnbuildableSources.ToDictionary(stream => stream, _ => EmptyStruct.Value),
            },
        };
    }

    async Task<GetDirectedGraphResponse> GetDirectedGraphAsync(GetDirectedGraphRequest request, SrpcServerCall call)
    {
        var data = await call.WhileCallerStaysAsync(gone => dependencies.GetAsync(request.MaxAge, gone));
        return new()
        {
            Result = data is null ? new() : new()
            {
                FetchLog = Encoding.UTF8.GetBytes(data.FetchLog),
                GeneratedAt = data.GeneratedAt,
                GraphvizDot = data.GeneratedAt is null ? [] : Encoding.UTF8.GetBytes(DirectedGraph.Write(
                    data, [.. streams.Main.BootstrapStreams.Keys], streams.Main.ImageStreamsToAutoRebuild, request.Excludes, request.Includes)),
                LastAttemptAt = data.LastAttemptAt,
                LastAttemptError = data.LastAttemptError,
            },
        };
    }
}

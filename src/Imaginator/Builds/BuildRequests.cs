using System.Globalization;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Builds;

/// <summary>Builds on request: what is refused, in the order and the words of the original, and what becomes a job.</summary>
sealed class BuildRequests(BuildJobs jobs, BuildSwitches switches, StreamCatalogue streams, ImageServerLink server, ImaginatorOptions options, TimeProvider time)
{
    static readonly TimeSpan streamsPatience = TimeSpan.FromMinutes(1);

    /// <summary>Asks for a build.</summary>
    /// <exception cref="BuildRefusedException">It is refused.</exception>
    /// <exception cref="SrpcException">The image server cannot be reached.</exception>
    public async Task<Job> SubmitAsync(BuildImageRequest request, SrpcCaller caller, CancellationToken cancellation)
    {
        if (switches.RequestsDisabledUntil is { } until)
            throw new BuildRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"builds disabled until {until.UtcDateTime:dd MMM yyyy HH:mm:ss} UTC (for {HumanDuration.Format(until - time.GetUtcNow())})"));
        if (request.ExpiresIn < options.MinimumExpiration)
            throw new BuildRefusedException($"minimum expiration duration is {HumanDuration.Format(options.MinimumExpiration)}");
        if (await Task.WhenAny(streams.File.Loaded, Task.Delay(streamsPatience, time, cancellation)) != streams.File.Loaded)
            throw new BuildRefusedException("timed out waiting for streams list to load");
        await server.WaitAsync(cancellation);
        var stream = await FindAsync(request.StreamName, cancellation);
        CheckPermission(stream, request, caller);
        var submission = await jobs.SubmitAsync(
            new(stream.Name)
            {
                GitBranch = request.GitBranch,
                Variables = new SortedDictionary<string, string>((request.Variables ?? new Dictionary<string, string>()).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
                MaxSourceAge = request.MaxSourceAge,
                ExpiresIn = request.ExpiresIn,
                TimeLimit = request.MaximumBuildDuration > TimeSpan.Zero && request.MaximumBuildDuration < options.MaximumBuildDuration
                    ? request.MaximumBuildDuration : options.MaximumBuildDuration,
                ReturnImage = request.ReturnImage,
                DisableRecursiveBuild = request.DisableRecursiveBuild,
                User = caller.User,
            }, cancellation);
        return submission.Job;
    }

    async Task<BuildableStream> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            // Names become paths; no pattern is careful enough for that.
            return (ImageName.FindFault(name) is null ? await streams.FindWithReloadAsync(name, cancellation) : null)
                ?? throw new BuildRefusedException($"unknown stream: {name}");
        }
        catch (AmbiguousStreamException problem)
        {
            throw new BuildRefusedException(problem.Message);
        }
    }

    void CheckPermission(BuildableStream stream, BuildImageRequest request, SrpcCaller caller)
    {
        if (caller.HasMethodAccess)
        {
            if (request.ExpiresIn > options.MaximumExpirationPrivileged)
                throw new BuildRefusedException($"maximum expiration time is {HumanDuration.Format(options.MaximumExpirationPrivileged)} for you");
            return;
        }
        if (request.ExpiresIn > options.MaximumExpiration)
            throw new BuildRefusedException($"maximum expiration time is {HumanDuration.Format(options.MaximumExpiration)}");
        if (!stream.IsOpenTo(caller.User, caller.Groups))
            throw new BuildRefusedException($"no permission to build: {stream.Name}");
    }
}

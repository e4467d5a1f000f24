using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Dependencies;

/// <summary>
/// Finds out what is built on what: reads the manifests of all streams that have names, a repository at once. It does so when the streams
/// change, when it is asked, and again and again.
/// </summary>
/// <param name="variables">Variables that are kept out of the other files.</param>
sealed class DependencyGenerator(
    StreamCatalogue streams, GitMirrors mirrors, Func<IReadOnlyDictionary<string, string>> variables, string architecture, Action<string> log, TimeProvider time)
{
    const string Branch = "master";
    const string ManifestName = "manifest";
    const string SourceMember = "SourceImage";

    static readonly TimeSpan shortestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan shortestAge = TimeSpan.FromSeconds(2);
    static readonly TimeSpan streamsPatience = TimeSpan.FromMinutes(1);
    static readonly Dictionary<string, string> nothing = [];

    readonly SemaphoreSlim turn = new(1);
    TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is known; null before the first attempt.</summary>
    public DependencyData? Current { get; private set; }

    /// <summary>It has been found out again.</summary>
    public event Action? Generated;

    /// <summary>What is known, and not older than asked for.</summary>
    /// <param name="maxAge">Zero for what is known.</param>
    public async Task<DependencyData?> GetAsync(TimeSpan maxAge, CancellationToken cancellation)
    {
        if (maxAge <= TimeSpan.Zero)
            return Current;
        maxAge = maxAge < shortestAge ? shortestAge : maxAge;
        // Who asks just after the start gets an answer about the streams, not about none.
        await Task.WhenAny(streams.File.Loaded, Task.Delay(streamsPatience, time, cancellation));
        await turn.WaitAsync(cancellation);
        try
        {
            if (Current?.LastAttemptAt is not { } at || time.GetUtcNow() - at >= maxAge)
                await GenerateAsync(cancellation);
            return Current;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Has it found out soon.</summary>
    public void Wake() => wake.TrySetResult();

    public async Task RunAsync(CancellationToken stop)
    {
        await streams.File.Loaded.WaitAsync(stop);
        while (true)
        {
            wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var woken = wake.Task;
            var began = time.GetTimestamp();
            await turn.WaitAsync(stop);
            try
            {
                await GenerateAsync(stop);
            }
            finally
            {
                turn.Release();
            }
            var pause = 10 * time.GetElapsedTime(began);
            await Task.WhenAny(woken, Task.Delay(pause > shortestPause ? pause : shortestPause, time, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    async Task GenerateAsync(CancellationToken cancellation)
    {
        var fetchLog = new StringBuilder();
        var began = time.GetTimestamp();
        try
        {
            var manifests = await ReadManifestsAsync(fetchLog, cancellation);
            var sources = new SortedDictionary<string, string>(manifests.ToDictionary(each => each.Stream.Name, each => ReadSource(each.Stream, each.Text)), StringComparer.Ordinal);
            fetchLog.Append($"Generated dependencies in: {HumanDuration.Format(time.GetElapsedTime(began))}\n");
            var (patterns, unbuildable) = Classify(sources);
            var now = time.GetUtcNow();
            Current = new()
            {
                FetchLog = fetchLog.ToString(), GeneratedAt = now, LastAttemptAt = now, StreamToSource = sources, Manifests = manifests.ToDictionary(each => each.Stream.Name, each => each.Text), PatternSources = patterns, UnbuildableSources = unbuildable,
            };
            Generated?.Invoke();
        }
        catch (Exception problem) when (problem is GitException or StreamException or BuildException or IOException or UnauthorizedAccessException)
        {
            if (Current?.LastAttemptError != problem.Message)
                log($"failed to generate dependencies: {problem.Message}");
            Current = (Current ?? new()) with { FetchLog = fetchLog.ToString(), LastAttemptAt = time.GetUtcNow(), LastAttemptError = problem.Message };
        }
    }

    async Task<IReadOnlyList<(ManifestStream Stream, string Text)>> ReadManifestsAsync(StringBuilder fetchLog, CancellationToken cancellation)
    {
        var found = new List<(ManifestStream, string)>();
        var places = streams.List().OfType<ManifestStream>().Select(stream => (Stream: stream, Location: Locate(stream))).ToList();
        foreach (var (stream, location) in places.Where(place => place.Location.Repository is null))
            found.Add((stream, await File.ReadAllTextAsync(Path.Combine(location.Directory, ManifestName), cancellation)));
        var fetched = await Task.WhenAll(places.Where(place => place.Location.Repository is not null).GroupBy(place => place.Location.Repository!)
            .Select(async group => (Streams: group, Manifests: await FetchAsync(group.Key, group.First().Location.PublicUrl, fetchLog, cancellation))));
        foreach (var (ofRepository, manifests) in fetched)
            foreach (var (stream, location) in ofRepository)
                found.Add(manifests.TryGetValue(location.Directory.Trim('/') is "." ? "" : location.Directory.Trim('/'), out var text)
                    ? (stream, text)
                    : throw new StreamException($"stream: {stream.Name}: {Path.Combine(location.Directory, ManifestName)} does not exist in repository"));
        return found;
    }

    ManifestLocation Locate(ManifestStream stream)
    {
        try
        {
            return ManifestLocation.Of(stream, architecture, nothing, variables());
        }
        catch (StreamException problem)
        {
            throw new StreamException($"stream: {stream.Name}: {problem.Message}");
        }
    }

    async Task<IReadOnlyDictionary<string, string>> FetchAsync(GitUrl url, string publicUrl, StringBuilder fetchLog, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var mirror = mirrors.Of(url);
        var manifests = await mirror.ReadFilesAsync(url, await mirror.ResolveAsync(url, Branch, cancellation), ManifestName, cancellation);
        lock (fetchLog)
            fetchLog.Append($"Fetched manifests of repository: {publicUrl} branch: {Branch} in {HumanDuration.Format(time.GetElapsedTime(began))}\n");
        return manifests;
    }

    string ReadSource(ManifestStream stream, string text)
    {
        var environment = StreamEnvironment.Of(stream, architecture);
        try
        {
            var source = new ConfigurationText(ManifestName, text).ReadJson(
                json => new JsonRecord(json, "the manifest", SourceMember).Text(SourceMember), _ => { });
            return StreamEnvironment.Expand(source, environment.GetValueOrDefault);
        }
        catch (Exception problem) when (problem is BuildException or JsonException)
        {
            throw new StreamException($"stream: {stream.Name}: {problem.Message}");
        }
    }

    (IReadOnlySet<string> Patterns, IReadOnlySet<string> Unbuildable) Classify(SortedDictionary<string, string> sources)
    {
        var (patterns, unbuildable) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var source in sources.Values.Distinct().Where(source => !sources.ContainsKey(source)))
            try
            {
                switch (streams.Find(source))
                {
                    case null:
                        unbuildable.Add(source);
                        break;
                    case ManifestStream:
                        patterns.Add(source);
                        break;
                }
            }
            catch (AmbiguousStreamException)
            {
                unbuildable.Add(source);
            }
        return (patterns, unbuildable);
    }
}

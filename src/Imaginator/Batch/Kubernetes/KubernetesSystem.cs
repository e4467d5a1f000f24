using System.Net;
using System.Text.Json;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;
using k8s;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.Models;

namespace ImageSdk.Imaginator.Batch.Kubernetes;

/// <summary>Kubernetes starts a worker for each build, as a job of its own; one whose node is lost is started again.</summary>
/// <param name="report">Receives trouble that passes by itself.</param>
sealed class KubernetesSystem(KubernetesSettings settings, IKubernetes client, string space, Action<string> report, TimeProvider time) : IBatchSystem
{
    /// <summary>How long one watch goes on. After it the job is read again, so that what a watch misses is found.</summary>
    const int SecondsOfWatch = 20;

    /// <summary>How long an answer, or a watch, may take: then it is given up, whatever it waits for, and asked for again.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    static readonly TimeSpan pause = TimeSpan.FromSeconds(2);
    static readonly TimeSpan settling = TimeSpan.FromMilliseconds(200);

    /// <summary>Connects to the cluster that the settings name.</summary>
    /// <exception cref="FormatException">IMG7357: they name none.</exception>
    public static KubernetesSystem Open(KubernetesSettings settings, Action<string> report, TimeProvider time)
    {
        try
        {
            var configuration = settings.Kubeconfig.Length > 0 ? KubernetesClientConfiguration.BuildConfigFromConfigFile(settings.Kubeconfig) : KubernetesClientConfiguration.InClusterConfig();
            var space = settings.Namespace.Length > 0 ? settings.Namespace : configuration.Namespace is { Length: > 0 } own ? own : "default";
            return new(settings, new k8s.Kubernetes(configuration), space, report, time);
        }
        catch (Exception problem) when (problem is KubeConfigException or IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
        {
            throw new FormatException(Failure($"the configuration of the Kubernetes cluster cannot be used: {problem.Message}").Message, problem);
        }
    }

    public async Task RunAsync(BatchBuild build, CancellationToken stop)
    {
        var name = BatchWorker.NameOf(build.Job);
        await CreateAsync(build, stop);
        build.Log($"Kubernetes job: {space}/{name}");
        var last = "";
        while (true)
        {
            if (await TryAsync(() => client.BatchV1.ReadNamespacedJobAsync(name, space, cancellationToken: stop), stop) is not { } job)
                throw Failure($"the job {space}/{name} was deleted");
            if (IsDone(job))
                return;
            Tell(job);
            // What happens between the two is seen at the start of the watch, which begins with the job as it is.
            using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await TryAsync(async () =>
            {
                var changes = client.BatchV1.WatchListNamespacedJobAsync(space, fieldSelector: $"metadata.name={name}", timeoutSeconds: SecondsOfWatch, cancellationToken: watching.Token);
                await foreach (var (kind, changed) in changes)
                {
                    if (kind is WatchEventType.Deleted or WatchEventType.Error || IsDone(changed))
                        break;
                    Tell(changed);
                }
                return true;
            }, stop);
            // One that was given up ends.
            await watching.CancelAsync();
            // For a server that ends watches at once.
            await Task.Delay(settling, time, stop);
        }

        void Tell(V1Job job)
        {
            var now = job.Status?.Ready > 0 ? "runs" : job.Status?.Active > 0 ? "starts" : "waits";
            if (job.Status?.Failed is > 0 and var failed)
                now += $", after {failed} that failed";
            if (now != last)
                build.Log($"Kubernetes job {now}");
            last = now;
        }

        bool IsDone(V1Job job) => job.Status?.Conditions?.FirstOrDefault(condition => condition.Status == "True" && condition.Type is "Complete" or "Failed") switch
        {
            null => false,
            { Type: "Complete" } => true,
            var failed => throw Failure($"Kubernetes has ended the build {space}/{name}: {failed.Reason}{(string.IsNullOrEmpty(failed.Message) ? "" : $", {failed.Message}")}"),
        };
    }

    public async Task RemoveAsync(Job job, CancellationToken cancellation)
    {
        var name = BatchWorker.NameOf(job);
        try
        {
            await client.BatchV1.DeleteNamespacedJobAsync(name, space, propagationPolicy: "Background", cancellationToken: cancellation);
        }
        catch (HttpOperationException refusal) when (refusal.Response.StatusCode == HttpStatusCode.NotFound)
        {
            // It is gone.
        }
        catch (Exception problem) when (problem is HttpOperationException or HttpRequestException or IOException)
        {
            report(Failure($"the job {space}/{name} cannot be deleted: {MessageOf(problem)}").Message);
        }
    }

    async Task CreateAsync(BatchBuild build, CancellationToken stop)
    {
        var job = WorkerJob.Create(settings, build);
        for (var isFirst = true; ; isFirst = false)
            try
            {
                await client.BatchV1.CreateNamespacedJobAsync(job, space, cancellationToken: stop).WaitAsync(patience, time, stop);
                return;
            }
            catch (HttpOperationException refusal) when (refusal.Response.StatusCode == HttpStatusCode.Conflict)
            {
                // An earlier attempt has made it.
                return;
            }
            catch (HttpOperationException refusal) when ((int)refusal.Response.StatusCode is >= 400 and < 500 and not 429)
            {
                throw Failure($"Kubernetes refuses the job: {MessageOf(refusal)}", refusal);
            }
            catch (Exception problem) when (problem is HttpOperationException or HttpRequestException or IOException or TimeoutException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                await WaitAsync(problem, isFirst, stop);
            }
    }

    /// <summary>Asks again and again where the cluster does not answer.</summary>
    /// <returns>Null where what was asked for is not there.</returns>
    async Task<T?> TryAsync<T>(Func<Task<T>> ask, CancellationToken stop)
    {
        for (var isFirst = true; ; isFirst = false)
            try
            {
                return await ask().WaitAsync(patience, time, stop);
            }
            catch (HttpOperationException refusal) when (refusal.Response.StatusCode == HttpStatusCode.NotFound)
            {
                return default;
            }
            catch (HttpOperationException refusal) when (refusal.Response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw Failure($"Kubernetes refuses: {MessageOf(refusal)}", refusal);
            }
            catch (Exception problem) when (problem is HttpOperationException or HttpRequestException or IOException or KubernetesException or JsonException or TimeoutException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                await WaitAsync(problem, isFirst, stop);
            }
    }

    async Task WaitAsync(Exception problem, bool isFirst, CancellationToken stop)
    {
        if (isFirst)
            report(Failure($"Kubernetes does not answer, trying again: {MessageOf(problem)}").Message);
        await Task.Delay(pause, time, stop);
    }

    /// <summary>What the server says, which is the message of a status.</summary>
    static string MessageOf(Exception problem)
    {
        if (problem is not HttpOperationException { Response: { Content: { Length: > 0 } content } response })
            return problem.Message;
        try
        {
            using var status = JsonDocument.Parse(content);
            return status.RootElement.TryGetProperty("message", out var message) && message.GetString() is { Length: > 0 } text ? text : $"{(int)response.StatusCode}";
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return $"{(int)response.StatusCode}";
        }
    }

    static BatchException Failure(string message, Exception? inner = null) => new("IMG7357", message, inner);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageSdk.Imaginator.Tests.Batch;

/// <summary>
/// The part of a Kubernetes API server that has to do with jobs: create, read, watch, delete. It refuses what does not fit the published schema, and
/// runs the command of a job's container as a process of this machine.
/// </summary>
sealed class KubernetesStandIn : IAsyncDisposable
{
    const string Token = "t0ken-of-the-imaginator";

    readonly WebApplication web;
    readonly ConcurrentDictionary<string, JsonObject> jobs = [];
    readonly ConcurrentDictionary<string, Process> pods = [];
    readonly Lock changing = new();
    TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int version;

    KubernetesStandIn(WebApplication web) => this.web = web;

    /// <summary>Requests: method and path with query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The jobs as they were sent.</summary>
    public ConcurrentQueue<JsonElement> Created { get; } = [];

    public ICollection<string> Jobs => jobs.Keys;

    /// <summary>Answers all but creating with "503 Service Unavailable".</summary>
    public bool IsAway { get; set; }

    public int Port => new Uri(web.Urls.Single()).Port;

    public static async Task<KubernetesStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new KubernetesStandIn(builder.Build());
        standIn.web.Run(standIn.AnswerAsync);
        await standIn.web.StartAsync();
        return standIn;
    }

    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "http://127.0.0.1:{{Port}}" } }]
        users: [{name: test, user: {token: "{{Token}}" } }]
        contexts: [{name: test, context: {cluster: test, user: test, namespace: builds} }]
        """;

    /// <summary>The pod's node is lost: another pod is started, as long as the job's limit permits.</summary>
    public void LosePod(string job) => pods[job].Kill();

    public async ValueTask DisposeAsync()
    {
        foreach (var name in jobs.Keys)
            Remove(name);
        await web.StopAsync();
        await web.DisposeAsync();
    }

    async Task AnswerAsync(HttpContext http)
    {
        Requests.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
        const string Collection = "/apis/batch/v1/namespaces/builds/jobs";
        var path = http.Request.Path.Value!;
        var name = path.StartsWith(Collection + "/", StringComparison.Ordinal) ? path[(Collection.Length + 1)..] : null;
        if (http.Request.Headers.Authorization != $"Bearer {Token}")
            await RefuseAsync(http, 401, "Unauthorized");
        else if (IsAway && http.Request.Method != "POST")
            await RefuseAsync(http, 503, "the server is currently unable to handle the request");
        else
            await ((http.Request.Method, name, path) switch
            {
                ("POST", null, Collection) => CreateAsync(http),
                ("GET", null, Collection) when http.Request.Query["watch"] == "true" => WatchAsync(http),
                ("GET", { } found, _) when jobs.TryGetValue(found, out var job) => WriteAsync(http, 200, job),
                ("DELETE", { } found, _) when jobs.ContainsKey(found) => DeleteAsync(http, found),
                (_, { } missing, _) => RefuseAsync(http, 404, $"jobs.batch \"{missing}\" not found"),
                _ => RefuseAsync(http, 404, "the server could not find the requested resource"),
            });
    }

    async Task CreateAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body);
        Created.Enqueue(document.RootElement.Clone());
        if (JobSchema.FindFaults(document.RootElement) is { Count: > 0 } faults)
        {
            await RefuseAsync(http, 422, $"Job is invalid: {string.Join("; ", faults)}");
            return;
        }
        var job = JsonNode.Parse(document.RootElement.GetRawText())!.AsObject();
        var name = (string)job["metadata"]!["name"]!;
        if (!jobs.TryAdd(name, job))
        {
            await RefuseAsync(http, 409, $"jobs.batch \"{name}\" already exists");
            return;
        }
        Change(job, status => { });
        StartPod(name, job);
        await WriteAsync(http, 201, job);
    }

    void StartPod(string name, JsonObject job)
    {
        string[] words;
        int restarts;
        // Values are made of text when they are first asked for: no two threads may.
        lock (changing)
        {
            words = [.. job["spec"]!["template"]!["spec"]!["containers"]![0]!["command"]!.AsArray().Select(word => (string)word!)];
            restarts = (int)job["spec"]!["backoffLimit"]!;
        }
        // What it says goes nowhere: a pipe would be waited for until all that holds it has ended.
        var process = Process.Start("sh", ["-c", "exec \"$@\" 2> /dev/null", "sh", .. words]);
        pods[name] = process;
        Change(job, status => (status["active"], status["ready"]) = (1, 1));
        _ = FollowAsync();

        async Task FollowAsync()
        {
            await process.WaitForExitAsync();
            if (!jobs.ContainsKey(name))
                return;
            int failed;
            lock (changing)
                failed = ((int?)job["status"]!["failed"] ?? 0) + (process.ExitCode == 0 ? 0 : 1);
            if (process.ExitCode == 0)
                End("Complete", "CompletionsReached", "");
            else if (failed > restarts)
                End("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
            else
            {
                Change(job, status => (status["active"], status["ready"], status["failed"]) = (1, 0, failed));
                StartPod(name, job);
            }

            void End(string type, string reason, string message) => Change(job, status =>
            {
                (status["active"], status["ready"], status["failed"]) = (0, 0, failed);
                status["conditions"] = new JsonArray(new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = message });
            });
        }
    }

    async Task WatchAsync(HttpContext http)
    {
        var name = http.Request.Query["fieldSelector"].ToString()["metadata.name=".Length..];
        http.Response.ContentType = "application/json";
        var (seen, kind) = ("", "ADDED");
        while (!http.RequestAborted.IsCancellationRequested)
        {
            Task next;
            string? now;
            lock (changing)
            {
                next = changed.Task;
                now = jobs.TryGetValue(name, out var job) ? job.ToJsonString() : null;
            }
            if (now is null)
                return;
            if (now != seen)
            {
                await http.Response.WriteAsync($"{{\"type\":\"{kind}\",\"object\":{now}}}\n");
                await http.Response.Body.FlushAsync();
            }
            (seen, kind) = (now, "MODIFIED");
            // Watches end now and then.
            if (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(3))) != next)
                return;
        }
    }

    async Task DeleteAsync(HttpContext http, string name)
    {
        Remove(name);
        await WriteAsync(http, 200, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
    }

    void Remove(string name)
    {
        jobs.TryRemove(name, out _);
        if (pods.TryRemove(name, out var process) && !process.HasExited)
            process.Kill(entireProcessTree: true);
        Announce();
    }

    void Change(JsonObject job, Action<JsonObject> change)
    {
        lock (changing)
        {
            if (job["status"] is null)
                job["status"] = new JsonObject();
            change(job["status"]!.AsObject());
            job["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
        }
        Announce();
    }

    void Announce()
    {
        lock (changing)
        {
            changed.SetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    Task WriteAsync(HttpContext http, int status, JsonObject value)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        string text;
        lock (changing)
            text = value.ToJsonString();
        return http.Response.WriteAsync(text);
    }

    Task RefuseAsync(HttpContext http, int status, string message) =>
        WriteAsync(http, status, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = message, ["code"] = status });
}

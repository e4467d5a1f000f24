using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.Hosting.Options;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Validation;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Api;

/// <summary>A path of the REST interface, and what answers each method.</summary>
sealed record ApiRoute(string Path, IReadOnlyList<ApiMethod> Methods);

/// <param name="Name">Of the method.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Answer">Does it.</param>
sealed record ApiMethod(string Name, string Summary, Func<ApiRequest, Task> Answer)
{
    /// <summary>What the body of a request may be; null for none.</summary>
    public Schema? Body { get; init; }

    /// <summary>What is answered; null for nothing.</summary>
    public Type? Result { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Of what is answered.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [MediaTypeNames.Application.Json];

    /// <summary>Parameters of the query, and what they are.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    /// <summary>Of the query: whether artifacts go, too.</summary>
    public bool Cascades { get; init; }
}

/// <summary>The paths. Those without a version are those of version 2; all versions have the same records.</summary>
static class ApiRoutes
{
    static readonly string[] second = ["", "/v2"];

    static readonly IReadOnlyList<(string, string)> ListQuery =
    [
        ("name", "Only records of this name"), ("limit", "So many at most, 1 to 10000; the Link header has the address of the next ones"), ("after", "Those behind a page, as its Link header says"),
    ];

    const string Get = "GET", Post = "POST", Patch = "PATCH", Delete = "DELETE";

    public static IEnumerable<ApiRoute> All(ServiceContext context)
    {
        var keys = new PublicKeyResource(context);
        var recipes = new RecipeResource(context);
        var images = new ImageResource(context);
        return
        [
            Route("/version", new ApiMethod(Get, "The version of the service", request => request.WriteAsync(new JsonObject { ["version"] = ServerVersion.Text })) { Result = typeof(VersionBody) }),
            .. new[] { "ready", "live" }.Select(state => Route(
                $"/healthz/{state}", new ApiMethod(Get, $"Whether the service is {state}", request => request.WriteAsync(new JsonObject())) { Result = typeof(HealthBody) })),
            .. Of(keys, "key"), .. Of(recipes, "recipe", Schemas.RecipeChange, recipes.ChangeAsync), .. Of(images, "image", Schemas.ImageChange, images.ChangeAsync), .. Nodes(new(context)), .. Jobs(new(context)),
            .. ArtifactRoutes.All(context, images, recipes),
            Route(
                "/v3/log-level",
                new ApiMethod(Get, "How much the service logs", request => request.WriteAsync(LevelOf(context))) { Result = typeof(LogLevelBody) },
                new ApiMethod(Patch, "Changes how much the service logs, until it ends", async request =>
                {
                    context.LogLevel.Change(await request.ReadBodyAsync());
                    await request.WriteAsync(LevelOf(context));
                })
                {
                    Body = Schemas.LogLevel, Result = typeof(LogLevelBody),
                }),
        ];
    }

    static JsonObject LevelOf(ServiceContext context) => new() { ["level"] = context.LogLevel.Name };

    /// <param name="word">What one is called.</param>
    /// <param name="form">What the body of a change may be; null for records that do not change.</param>
    static IEnumerable<ApiRoute> Of<T>(
        RecordResource<T> resource, string word, Schema? form = null, Func<string, JsonElement, CancellationToken, Task<T>>? change = null) where T : class, IRecord
    {
        var one = new List<ApiMethod>
        {
            new(Get, $"One {word}", async request => await request.WriteAsync(resource.Kind, await resource.GetAsync(request.Id, false, request.Cancellation))) { Result = typeof(T) },
        };
        if (change is not null)
            one.Add(new(Patch, $"Changes a {word}", async request => await request.WriteAsync(resource.Kind, await change(request.Id, await request.ReadBodyAsync(), request.Cancellation)))
            {
                Body = form, Result = typeof(T),
            });
        foreach (var version in second)
        {
            yield return Collection(resource, version, word, Nothing(Delete, $"Removes all: {resource.Name}", request => resource.RemoveAllAsync(request.Cascades, request.Cancellation)) with { Cascades = true });
            yield return Route(
                $"{version}/{resource.Name}/{{id}}",
                [.. one, Nothing(Delete, $"Removes a {word}", request => resource.RemoveAsync(request.Id, request.Cascades, request.Cancellation)) with { Cascades = true }]);
        }
        yield return Collection(resource, "/v3", word, Nothing(Delete, $"Puts all aside: {resource.Name}", request => resource.DeleteAllAsync(request.Cancellation)));
        yield return Route($"/v3/{resource.Name}/{{id}}", [.. one, Nothing(Delete, $"Puts a {word} aside", request => resource.DeleteAsync(request.Id, request.Cancellation))]);
        yield return Route(
            $"/v3/deleted/{resource.Name}",
            new ApiMethod(Get, $"All that are aside: {resource.Name}", request => request.WriteListAsync(resource, areDeleted: true)) { Result = typeof(T[]), Query = ListQuery },
            Nothing(Patch, $"Takes all back: {resource.Name}", async request => await resource.UndeleteAllAsync(await request.ReadBodyAsync(), request.Cancellation)) with { Body = Schemas.Undelete },
            Nothing(Delete, $"Removes all that are aside: {resource.Name}", request => resource.PurgeAllAsync(request.Cancellation)));
        yield return Route(
            $"/v3/deleted/{resource.Name}/{{id}}",
            new ApiMethod(Get, $"One {word} that is aside", async request => await request.WriteAsync(resource.Kind, await resource.GetAsync(request.Id, true, request.Cancellation))) { Result = typeof(T) },
            Nothing(Patch, $"Takes a {word} back", async request => await resource.UndeleteAsync(request.Id, await request.ReadBodyAsync(), request.Cancellation)) with { Body = Schemas.Undelete },
            Nothing(Delete, $"Removes a {word} that is aside", request => resource.PurgeAsync(request.Id, request.Cancellation)));
    }

    static IEnumerable<ApiRoute> Nodes(NodeResource nodes) =>
    [
        Route($"/v3/{nodes.Name}/status", new ApiMethod(Get, "How all build nodes are", async request => await request.WriteAsync(await nodes.AskAllAsync(request.Cancellation))) { Result = typeof(NodeStatusBody[]) }),
        Route(
            $"/v3/{nodes.Name}/status/{{id}}",
            new ApiMethod(Get, "How a build node is", async request => await request.WriteAsync(await nodes.AskAsync(request.Id, request.Cancellation))) { Result = typeof(NodeStatusBody) }),
        Collection(nodes, "/v3", "build node", Nothing(Delete, "Removes all build nodes", request => nodes.RemoveAllAsync(cascades: false, request.Cancellation))),
        Route(
            $"/v3/{nodes.Name}/{{id}}",
            new ApiMethod(Get, "One build node", async request => await request.WriteAsync(nodes.Kind, await nodes.GetAsync(request.Id, false, request.Cancellation))) { Result = typeof(BuildNode) },
            Nothing(Delete, "Removes a build node", request => nodes.RemoveAsync(request.Id, cascades: false, request.Cancellation))),
    ];

    // All versions have all of it.
    static IEnumerable<ApiRoute> Jobs(JobResource jobs)
    {
        foreach (var version in (string[])[.. second, "/v3"])
        {
            var one = $"{version}/{jobs.Name}/{{id}}";
            yield return Collection(jobs, version, "job", Nothing(Delete, "Removes jobs, those that go on included", request => jobs.RemoveAsync(JobSelection.Read(request.Query), request.Cancellation)) with
            {
                Query = [("status", "Only jobs with this status, or one of these"), ("job_type", "Only jobs of this type"), ("age", "Only jobs that are older: 90m, 6h, 3d, 2w, 1d6h")],
            });
            yield return Route(
                one,
                new ApiMethod(Get, "One job", async request => await request.WriteAsync(jobs.Kind, await jobs.GetAsync(request.Id, false, request.Cancellation))) { Result = typeof(JobRecord) },
                new ApiMethod(Patch, "Says how far a job is", async request => await request.WriteAsync(jobs.Kind, await jobs.ChangeAsync(request.Id, await request.ReadBodyAsync(), request.Cancellation)))
                {
                    Body = Schemas.JobChange, Result = typeof(JobRecord),
                },
                Nothing(Delete, "Removes a job; one that goes on ends", request => jobs.RemoveAsync(request.Id, cascades: true, request.Cancellation)));
            yield return Route($"{one}/log", new ApiMethod(Get, "The log of a job, as text or as server-sent events", request => JobLogAnswer.WriteAsync(request, jobs))
            {
                Result = typeof(string), ContentTypes = [MediaTypeNames.Text.Plain, MediaTypeNames.Text.EventStream], Query = [("follow", "Whether to go on until the job is over: true or false")],
            });
            yield return Route($"{one}/cancel", Accepted("Ends a job; its status says when it is over", jobs, jobs.CancelAsync));
            yield return Route($"{one}/retry", Accepted("Does a job that has failed once more", jobs, jobs.RetryAsync));
        }
    }

    static ApiMethod Accepted(string summary, JobResource jobs, Func<string, CancellationToken, Task<JobRecord>> work) =>
        new(Post, summary, async request => await request.WriteAsync(jobs.Kind, await work(request.Id, request.Cancellation), StatusCodes.Status202Accepted))
        {
            Result = typeof(JobRecord), Status = StatusCodes.Status202Accepted,
        };

    static ApiRoute Collection<T>(RecordResource<T> resource, string version, string word, ApiMethod delete) where T : class, IRecord => Route(
        $"{version}/{resource.Name}",
        new ApiMethod(Get, $"All: {resource.Name}", request => request.WriteListAsync(resource, areDeleted: false)) { Result = typeof(T[]), Query = ListQuery },
        new ApiMethod(Post, $"Makes a {word}", async request => await request.WriteAsync(
            resource.Kind, await resource.CreateAsync(await request.ReadBodyAsync(), request.Cancellation), StatusCodes.Status201Created))
        {
            Body = resource.Form, Result = typeof(T), Status = StatusCodes.Status201Created,
        },
        delete);

    static ApiRoute Route(string path, params IReadOnlyList<ApiMethod> methods) => new(path, methods);

    static ApiMethod Nothing(string method, string summary, Func<ApiRequest, Task> work) => new(method, summary, async request =>
    {
        await work(request);
        request.WriteNothing();
    })
    {
        Status = StatusCodes.Status204NoContent,
    };
}

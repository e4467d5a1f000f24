using ImageSdk.Hosting.Options;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Api;

/// <summary>A path of the REST interface, and what answers each method.</summary>
sealed record ApiRoute(string Path, IReadOnlyDictionary<string, Func<ApiRequest, Task>> Methods);

/// <summary>The paths. Those without a version are those of version 2; all versions have the same records.</summary>
static class ApiRoutes
{
    static readonly string[] second = ["", "/v2"];

    const string Get = "GET", Post = "POST", Patch = "PATCH", Delete = "DELETE";

    public static IEnumerable<ApiRoute> All(ServiceContext context)
    {
        var keys = new PublicKeyResource(context);
        var recipes = new RecipeResource(context);
        var images = new ImageResource(context);
        return
        [
            Route("/version", (Get, request => request.WriteAsync(new System.Text.Json.Nodes.JsonObject { ["version"] = ServerVersion.Text }))),
            .. new[] { "ready", "live" }.Select(state => Route($"/healthz/{state}", (Get, request => request.WriteAsync(new System.Text.Json.Nodes.JsonObject())))),
            .. Of(keys), .. Of(recipes, recipes.ChangeAsync), .. Of(images, images.ChangeAsync), .. Nodes(new(context)),
        ];
    }

    static IEnumerable<ApiRoute> Of<T>(RecordResource<T> resource, Func<string, System.Text.Json.JsonElement, CancellationToken, Task<T>>? change = null) where T : class, IRecord
    {
        var one = new List<(string, Func<ApiRequest, Task>)> { (Get, async request => await request.WriteAsync(resource.Kind, await resource.GetAsync(request.Id, false, request.Cancellation))) };
        if (change is not null)
            one.Add((Patch, async request => await request.WriteAsync(resource.Kind, await change(request.Id, await request.ReadBodyAsync(), request.Cancellation))));
        foreach (var version in second)
        {
            yield return Collection(resource, version, request => resource.RemoveAllAsync(request.Cascades, request.Cancellation));
            yield return Route($"{version}/{resource.Name}/{{id}}", [.. one, Nothing(Delete, request => resource.RemoveAsync(request.Id, request.Cascades, request.Cancellation))]);
        }
        yield return Collection(resource, "/v3", request => resource.DeleteAllAsync(request.Cancellation));
        yield return Route($"/v3/{resource.Name}/{{id}}", [.. one, Nothing(Delete, request => resource.DeleteAsync(request.Id, request.Cancellation))]);
        yield return Route(
            $"/v3/deleted/{resource.Name}", (Get, request => request.WriteListAsync(resource.ListAsync(true, request.Cancellation))),
            Nothing(Patch, async request => await resource.UndeleteAllAsync(await request.ReadBodyAsync(), request.Cancellation)),
            Nothing(Delete, request => resource.PurgeAllAsync(request.Cancellation)));
        yield return Route(
            $"/v3/deleted/{resource.Name}/{{id}}", (Get, async request => await request.WriteAsync(resource.Kind, await resource.GetAsync(request.Id, true, request.Cancellation))),
            Nothing(Patch, async request => await resource.UndeleteAsync(request.Id, await request.ReadBodyAsync(), request.Cancellation)),
            Nothing(Delete, request => resource.PurgeAsync(request.Id, request.Cancellation)));
    }

    static IEnumerable<ApiRoute> Nodes(NodeResource nodes) =>
    [
        Route($"/v3/{nodes.Name}/status", (Get, async request => await request.WriteAsync(await nodes.AskAllAsync(request.Cancellation)))),
        Route($"/v3/{nodes.Name}/status/{{id}}", (Get, async request => await request.WriteAsync(await nodes.AskAsync(request.Id, request.Cancellation)))),
        Collection(nodes, "/v3", request => nodes.RemoveAllAsync(cascades: false, request.Cancellation)),
        Route(
            $"/v3/{nodes.Name}/{{id}}", (Get, async request => await request.WriteAsync(nodes.Kind, await nodes.GetAsync(request.Id, false, request.Cancellation))),
            Nothing(Delete, request => nodes.RemoveAsync(request.Id, cascades: false, request.Cancellation))),
    ];

    static ApiRoute Collection<T>(RecordResource<T> resource, string version, Func<ApiRequest, Task> delete) where T : class, IRecord => Route(
        $"{version}/{resource.Name}", (Get, request => request.WriteListAsync(resource.ListAsync(false, request.Cancellation))),
        (Post, async request => await request.WriteAsync(
            resource.Kind, await resource.CreateAsync(await request.ReadBodyAsync(), request.Cancellation), StatusCodes.Status201Created)),
        Nothing(Delete, delete));

    static ApiRoute Route(string path, params IEnumerable<(string Method, Func<ApiRequest, Task> Answer)> methods) =>
        new(path, methods.ToDictionary(method => method.Method, method => method.Answer));

    static (string, Func<ApiRequest, Task>) Nothing(string method, Func<ApiRequest, Task> work) => (method, async request =>
    {
        await work(request);
        request.WriteNothing();
    });
}

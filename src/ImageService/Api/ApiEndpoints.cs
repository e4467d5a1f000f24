using System.Globalization;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ImageSdk.ImageService.Api;

/// <summary>The REST interface on the daemon's port, at the root and where a gateway has it.</summary>
static class ApiEndpoints
{
    const string Problem = "application/problem+json";

    /// <summary>Where a gateway has the service.</summary>
    public const string GatewayPrefix = "/apis/ims";

    static readonly string[] prefixes = ["", GatewayPrefix];

    public static void Map(IEndpointRouteBuilder web, ServiceContext context)
    {
        foreach (var route in ApiRoutes.All(context))
            foreach (var prefix in prefixes)
            {
                foreach (var method in route.Methods)
                {
                    var answer = DelegateOf(route, http => AnswerAsync(http, method, context));
                    Describe(web.MapMethods(prefix + route.Path, [method.Name], answer), prefix, route, method);
                    // What a GET would answer; the server leaves the body out.
                    if (method.Name == HttpMethods.Get)
                        web.MapMethods(prefix + route.Path, [HttpMethods.Head], answer).ExcludeFromDescription();
                }
                // Any other method.
                web.Map(prefix + route.Path, (RequestDelegate)(http => RefuseMethodAsync(http, route)));
            }
        if (context.Artifacts is DirectoryArtifacts directory)
            foreach (var prefix in prefixes)
                ArtifactContents.Map(web, prefix, directory, context.Time);
        web.MapOpenApi("/openapi/{documentName}.json");
        foreach (var prefix in (string[])["/v2", "/v3", GatewayPrefix])
            web.Map(prefix + "/{**path}", (RequestDelegate)(http => new ApiRequest(http).WriteProblemAsync(new ApiProblem(
                StatusCodes.Status404NotFound, "Not Found", "The requested URL was not found on the server. Check the address."))));
    }

    // A delegate with the path's parameters: the document has them.
    static Delegate DelegateOf(ApiRoute route, Func<HttpContext, Task> answer) =>
        route.Path.Contains("{name}", StringComparison.Ordinal) ? (HttpContext http, string id, string name) => answer(http)
        : route.Path.Contains("{id}", StringComparison.Ordinal) ? (HttpContext http, string id) => answer(http)
        : (HttpContext http) => answer(http);

    // Once: at the gateway's place the same is there again.
    static void Describe(RouteHandlerBuilder endpoint, string prefix, ApiRoute route, ApiMethod method)
    {
        endpoint.WithMetadata(method);
        if (prefix.Length > 0)
        {
            endpoint.ExcludeFromDescription();
            return;
        }
        endpoint.WithName(ApiDocument.NameOf(route, method)).WithSummary(method.Summary).WithTags(route.Path.Split('/').First(part => part is not ("" or "v2" or "v3" or "deleted")));
        endpoint.Produces(method.Status, method.Result, method.Result is null ? null : method.ContentTypes[0], [.. method.ContentTypes.Skip(1)]);
        if (method.Body is not null)
            endpoint.Produces<ProblemBody>(StatusCodes.Status400BadRequest, Problem).Produces<ProblemBody>(StatusCodes.Status422UnprocessableEntity, Problem);
        if (route.Path.Contains("{id}", StringComparison.Ordinal))
            endpoint.Produces<ProblemBody>(StatusCodes.Status404NotFound, Problem);
    }

    static async Task AnswerAsync(HttpContext http, ApiMethod method, ServiceContext context)
    {
        var request = new ApiRequest(http);
        var began = context.Time.GetTimestamp();
        try
        {
            await method.Answer(request);
        }
        catch (ApiProblem problem)
        {
            await request.WriteProblemAsync(problem);
        }
        catch (BadHttpRequestException exception)
        {
            await request.WriteAsync(new JsonObject { ["message"] = exception.Message }, exception.StatusCode);
        }
        catch (ArtifactException exception)
        {
            context.Note("IMG7603", $"{http.Request.Method} {http.Request.Path}: {exception.Message}");
            await request.WriteProblemAsync(new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, "Service Unavailable", "The store of artifacts does not answer. Nothing was changed that cannot be completed: try again."));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // No one is there to be answered.
        }
        catch (Exception exception)
        {
            context.Log($"{http.Request.Method} {http.Request.Path}: {exception}");
            if (!http.Response.HasStarted)
                await request.WriteProblemAsync(ApiProblem.Internal());
            else
                http.Abort();
        }
        finally
        {
            // Without the query: signed addresses have secrets there.
            context.LogLevel.Detail(string.Create(CultureInfo.InvariantCulture, $"{http.Request.Method} {http.Request.Path}: {http.Response.StatusCode} after {context.Time.GetElapsedTime(began).TotalMilliseconds:F1} ms"));
        }
    }

    static Task RefuseMethodAsync(HttpContext http, ApiRoute route)
    {
        http.Response.Headers.Allow = string.Join(", ", route.Methods.Select(method => method.Name == HttpMethods.Get ? $"{HttpMethods.Get}, {HttpMethods.Head}" : method.Name).Append(HttpMethods.Options));
        if (HttpMethods.IsOptions(http.Request.Method))
            return Task.CompletedTask;
        const string message = "The method is not allowed for the requested URL.";
        return new ApiRequest(http).WriteAsync(
            new JsonObject { ["message"] = message, ["status"] = StatusCodes.Status405MethodNotAllowed, ["title"] = "Method Not Allowed", ["detail"] = message },
            StatusCodes.Status405MethodNotAllowed);
    }
}

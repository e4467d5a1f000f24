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
    static readonly string[] prefixes = ["", "/apis/ims"];

    public static void Map(IEndpointRouteBuilder web, ServiceContext context)
    {
        foreach (var route in ApiRoutes.All(context))
            foreach (var prefix in prefixes)
                web.Map(prefix + route.Path, (RequestDelegate)(http => AnswerAsync(http, route, context)));
        foreach (var prefix in (string[])["/v2", "/v3", "/apis/ims"])
            web.Map(prefix + "/{**path}", (RequestDelegate)(http => new ApiRequest(http).WriteProblemAsync(new ApiProblem(
                StatusCodes.Status404NotFound, "Not Found", "The requested URL was not found on the server. Check the address."))));
    }

    static async Task AnswerAsync(HttpContext http, ApiRoute route, ServiceContext context)
    {
        var request = new ApiRequest(http);
        try
        {
            // What a GET would answer; the server leaves the body out.
            var method = HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method;
            if (route.Methods.TryGetValue(method, out var answer))
                await answer(request);
            else
                await RefuseMethodAsync(http, request, route);
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
    }

    static Task RefuseMethodAsync(HttpContext http, ApiRequest request, ApiRoute route)
    {
        http.Response.Headers.Allow = string.Join(", ", route.Methods.Keys.Concat(route.Methods.ContainsKey(HttpMethods.Get) ? [HttpMethods.Head, HttpMethods.Options] : [HttpMethods.Options]));
        if (HttpMethods.IsOptions(http.Request.Method))
            return Task.CompletedTask;
        const string message = "The method is not allowed for the requested URL.";
        return request.WriteAsync(
            new JsonObject { ["message"] = message, ["status"] = StatusCodes.Status405MethodNotAllowed, ["title"] = "Method Not Allowed", ["detail"] = message },
            StatusCodes.Status405MethodNotAllowed);
    }
}

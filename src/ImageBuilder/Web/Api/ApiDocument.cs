using System.Text.Encodings.Web;
using System.Text.Json;
using ImageSdk.ImageBuilder.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ImageSdk.ImageBuilder.Web.Api;

/// <summary>The OpenAPI document of the REST interface, which is made of its routes: /openapi/v1.json.</summary>
static class ApiDocument
{
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A type that requests may say: all come to what answers them, which refuses some with a reason. The document does not have it.</summary>
    public const string Anything = "*/*";

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options => options.AddSchemaTransformer((schema, context, _) =>
    {
        // Numbers are taken as ids of tickets, too.
        if (context.JsonPropertyInfo is { Name: "ticket_id", DeclaringType: var type } && type == typeof(BuildImageRequest))
            schema.Type = JsonSchemaType.String | JsonSchemaType.Integer;
        return Task.CompletedTask;
    }).AddOperationTransformer((operation, _, _) =>
    {
        operation.RequestBody?.Content?.Remove(Anything);
        return Task.CompletedTask;
    }).AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new() { Title = "Image builder", Version = "1", Description = "Rebuilds images with further archives and packages." };
        // Whatever the caller came by is right.
        document.Servers = [];
        return Task.CompletedTask;
    }));
}

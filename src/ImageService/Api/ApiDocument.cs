using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ImageSdk.ImageService.Api;

/// <summary>
/// The OpenAPI document of the REST interface, <c>/openapi/v3.json</c>. It is made of the routes, and of what reads the bodies of requests.
/// </summary>
static class ApiDocument
{
    const string Json = "application/json";

    public static void Add(IServiceCollection services)
    {
        services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, RecordJson.Plain);
        });
        services.AddOpenApi("v3", options => options.AddOperationTransformer((operation, context, _) =>
        {
            var method = context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiMethod>().First();
            if (method.Body is { } body)
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true, Content = new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = Describe(body) } },
                };
            foreach (var (name, meaning) in method.Query)
                (operation.Parameters ??= []).Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = meaning, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
            if (method.Cascades)
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = "cascade", In = ParameterLocation.Query, Description = "Whether artifacts go, too",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = true },
                });
            return Task.CompletedTask;
        }).AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Image management service", Version = "3", Description = "Records of images, recipes and keys, and their artifacts in S3.",
                License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            // Who may call is for the gateway to say.
            document.Security = [new OpenApiSecurityRequirement()];
            // As the caller came by it, or at the gateway's place.
            document.Servers = [new() { Url = "/" }, new() { Url = "/apis/ims" }];
            return Task.CompletedTask;
        }));
    }

    /// <summary>Names the operation of a method of a path, which is unique: <c>get_v3_images_id</c>.</summary>
    public static string NameOf(ApiRoute route, ApiMethod method) =>
        method.Name.ToLowerInvariant() + route.Path.Replace('/', '_').Replace('-', '_').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

    static OpenApiSchema Describe(Schema schema) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = schema.Fields.ToDictionary(field => field.Name, field => (IOpenApiSchema)Describe(field)),
        Required = schema.Fields.Where(field => field.IsRequired).Select(field => field.Name).ToHashSet(),
        AdditionalPropertiesAllowed = false,
    };

    static OpenApiSchema Describe(Field field)
    {
        var described = field switch
        {
            TextField text => new OpenApiSchema
            {
                Type = JsonSchemaType.String, MinLength = text.WhenBlank is null ? null : 1,
                Enum = text.Choice is { } choice ? [.. choice.All.Select(word => System.Text.Json.Nodes.JsonValue.Create(word)!)] : null,
            },
            PatternField => new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 },
            SwitchField => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            NumberField number => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = number.Least?.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            IdField => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
            ObjectField members => Describe(members.Members),
            ListField list => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Describe(list.Members) },
            MappingField => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String } },
            _ => throw new InvalidOperationException($"{field.GetType().Name} is not described"),
        };
        if (field.AllowsNull)
            described.Type |= JsonSchemaType.Null;
        return described;
    }
}

using System.Text.Json.Nodes;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Validation;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Api;

/// <summary>What the original has not: artifacts by addresses that need no identity of S3.</summary>
static class ArtifactRoutes
{
    public static IEnumerable<ApiRoute> All(ServiceContext context, ImageResource images, RecipeResource recipes)
    {
        var transfers = new ArtifactTransfers(context);
        return
        [
            List("/v3/images/{id}/artifacts", async (request, stop) => await transfers.ListAsync(await images.GetAsync(request.Id, false, stop), request.ServiceAddress, stop)),
            List("/v3/deleted/images/{id}/artifacts", async (request, stop) => await transfers.ListAsync(await images.GetAsync(request.Id, true, stop), request.ServiceAddress, stop)),
            List("/v3/recipes/{id}/artifacts", async (request, stop) => await transfers.ListAsync(await recipes.GetAsync(request.Id, false, stop), request.ServiceAddress, stop)),
            .. Uploads("images", images.BeginUploadAsync, images.DropUploadAsync),
            .. Uploads("recipes", recipes.BeginUploadAsync, recipes.DropUploadAsync),
        ];
    }

    static ApiRoute List(string path, Func<ApiRequest, CancellationToken, Task<JsonArray>> list) => new(path,
        [new ApiMethod("GET", "Artifacts, with addresses at which they are fetched", async request => await request.WriteAsync(await list(request, request.Cancellation))) { Result = typeof(ArtifactBody[]) }]);

    static IEnumerable<ApiRoute> Uploads(
        string kind, Func<string, System.Text.Json.JsonElement, string, CancellationToken, Task<JsonObject>> begin, Func<string, string, CancellationToken, Task> drop) =>
    [
        new($"/v3/{kind}/{{id}}/uploads",
        [
            new ApiMethod("POST", "Gives an address to which an artifact is uploaded (PUT)", async request => await request.WriteAsync(
                await begin(request.Id, await request.ReadBodyAsync(), request.ServiceAddress, request.Cancellation), StatusCodes.Status201Created))
            {
                Body = Schemas.Upload, Result = typeof(UploadBody), Status = StatusCodes.Status201Created,
            },
        ]),
        new($"/v3/{kind}/{{id}}/uploads/{{name}}",
        [
            new ApiMethod("DELETE", "Removes what was uploaded and not linked", async request =>
            {
                await drop(request.Id, request.Name, request.Cancellation);
                request.WriteNothing();
            })
            {
                Status = StatusCodes.Status204NoContent,
            },
        ]),
    ];
}

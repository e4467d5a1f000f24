using System.Text.Json;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>What the buttons of pages do: as the REST interface does it.</summary>
static class ChangePages
{
    static readonly JsonElement undelete = JsonSerializer.Deserialize<JsonElement>("""{"operation": "undelete"}""");

    public static Func<ImageServiceRequest, Task> Delete<T>(Func<ImageServiceSite, RecordResource<T>> resource, string list) where T : class, IRecord =>
        Change(request => resource(request.Site).DeleteAsync(request.Id, CancellationToken.None), list);

    public static Func<ImageServiceRequest, Task> Undelete<T>(Func<ImageServiceSite, RecordResource<T>> resource, string list) where T : class, IRecord =>
        Change(request => resource(request.Site).UndeleteAsync(request.Id, undelete, CancellationToken.None), list);

    public static Func<ImageServiceRequest, Task> Purge<T>(Func<ImageServiceSite, RecordResource<T>> resource) where T : class, IRecord =>
        Change(request => resource(request.Site).PurgeAsync(request.Id, CancellationToken.None), "/listDeleted");

    public static Func<ImageServiceRequest, Task> RemoveJob { get; } = Change(request => request.Site.Jobs.RemoveAsync(request.Id, cascades: true, CancellationToken.None), "/listJobs");

    static Func<ImageServiceRequest, Task> Change(Func<ImageServiceRequest, Task> work, string list) => async request =>
    {
        request.RequireChange();
        await work(request);
        request.SeeOther(list);
    };
}

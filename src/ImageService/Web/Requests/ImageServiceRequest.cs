using ImageSdk.Hosting.Connections;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Web.Requests;

/// <summary>A request for a page of an image management service.</summary>
sealed class ImageServiceRequest(HttpContext http, ImageServiceSite site, IEnumerable<string> parameters) : PageRequest(http, site, parameters)
{
    const int PerPage = 100;

    readonly HttpContext http = http;

    public new ImageServiceSite Site => site;

    /// <summary>Whether the asker may change something: everybody where the daemon has no TLS, and those with a certificate where it has.</summary>
    public bool MayChange => site.IsInsecure || http.Features.Get<CertifiedUser>() is not null;

    public string Id => Query["id"] ?? "";

    public bool IsDeleted => Query.Has("deleted");

    /// <summary>Where the asker has the service.</summary>
    public string ServiceAddress => $"{http.Request.Scheme}://{Host}";

    /// <summary>Which kind of records is asked for; null for all.</summary>
    public string? Kind => Query["kind"];

    /// <summary>A page of the records of a kind, the newest first.</summary>
    public async Task<(Paging Paging, IReadOnlyList<T> Records)> ReadPageAsync<T>(RecordKind<T> kind, bool areDeleted) where T : class, IRecord
    {
        var store = site.Service.Records;
        var paging = Paging.Read(Query, await store.CountAsync(kind, areDeleted, Gone), PerPage);
        var selection = new RecordSelection { NewestFirst = true, Limit = paging.Size, Offset = (paging.Number - 1) * paging.Size };
        var records = new List<T>();
        await foreach (var (_, document) in store.ListAsync(kind, areDeleted, selection, Gone))
            records.Add(kind.Read(document));
        return (paging, records);
    }

    /// <exception cref="PageFault">The asker may change nothing.</exception>
    public void RequireChange()
    {
        if (!MayChange)
            throw PageFault.NeedsCertificate(Host);
    }

    /// <summary>What a refusal of the REST interface is for people.</summary>
    public static PageFault? Explain(Exception exception) => exception switch
    {
        ApiProblem { Status: StatusCodes.Status404NotFound } => new(StatusCodes.Status404NotFound, "IMG7670", "No such record", "It is not there, or not any more: lists show what there is."),
        ApiProblem problem => new(problem.Status, "IMG7671", "Not possible", problem.Message),
        Artifacts.ArtifactException problem => new(StatusCodes.Status503ServiceUnavailable, "IMG7603", "The store of artifacts does not answer", problem.Message),
        _ => null,
    };
}

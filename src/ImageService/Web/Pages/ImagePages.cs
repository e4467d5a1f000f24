using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>Images, and one with its artifacts.</summary>
static class ImagePages
{
    public static async Task ListAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (paging, images) = await request.ReadPageAsync(RecordKinds.Images, areDeleted: false);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync("images", "/listImages", html =>
        {
            html.Element("h1", "Images");
            html.Table(images, "There is no image.", image => (image.Name, RecordElements.PathOf("/showImage", image.Id)),
                ("Arch", image => html.Text(image.Arch)), ("State", image => html.Text(image.Link is null ? "no artifacts yet" : "ready")),
                ("Tags", image => html.Text(string.Join(' ', image.Metadata.Select(tag => $"{tag.Key}={tag.Value}")))), ("Made", image => html.Time(image.Created, now)));
            paging.Write(html, new("/listImages"));
            return Task.CompletedTask;
        });
    }

    public static async Task ShowAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (image, isDeleted) = (await request.Site.Images.GetAsync(request.Id, request.IsDeleted, request.Gone), request.IsDeleted);
        var (artifacts, fault) = await ReadAsync(request, image);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync($"image {image.Name}", isDeleted ? "/listDeleted" : "/listImages", html =>
        {
            html.Trail(image.Name, isDeleted ? ("Deleted", "/listDeleted") : ("Images", "/listImages"));
            html.Element("h1", image.Name);
            if (isDeleted)
            {
                html.Button(request, "Take it back", RecordElements.PathOf("/undeleteImage", image.Id));
                html.Button(request, "Remove it for good", RecordElements.PathOf("/purgeImage", image.Id), isDangerous: true);
            }
            else
                html.Button(request, "Delete", RecordElements.PathOf("/deleteImage", image.Id), isDangerous: true);
            using (html.Open("dl", ("class", "facts")))
            {
                html.Term("Id", image.Id);
                html.Term("Architecture", image.Arch);
                html.Term("Made", () => html.Time(image.Created, now));
                html.Term("Deleted", () => html.Time(image.Deleted!, now), image.Deleted is not null);
                html.Term("Manifest", image.Link?.Path);
                foreach (var (name, value) in image.Metadata)
                    html.Term(name, value.Length == 0 ? "–" : value);
            }
            using var _ = html.Open("section", ("aria-labelledby", "artifacts"));
            html.Element("h2", "Artifacts", ("id", "artifacts"));
            if (fault is not null)
                html.Element("p", fault, ("class", "nothing"));
            else
                Write(html, artifacts);
            return Task.CompletedTask;
        });
    }

    static void Write(HtmlWriter html, IReadOnlyList<ArtifactView> artifacts) => html.Table(
        artifacts, "It has none.", artifact => (artifact.Path[(artifact.Path.LastIndexOf('/') + 1)..], artifact.Url),
        ("Size", artifact =>
        {
            if (artifact.Size is { } size)
                html.Size((ulong)size);
            else
                html.Text("not there");
        }),
        ("Type", artifact => html.Text(artifact.Type)), ("MD5", artifact => html.Element("code", artifact.Md5 ?? "")), ("Place", artifact => html.Text(artifact.Path)));

    static async Task<(IReadOnlyList<ArtifactView>, string?)> ReadAsync(ImageServiceRequest request, ImageRecord image)
    {
        try
        {
            var list = await new ArtifactTransfers(request.Site.Service).ListAsync(image, request.ServiceAddress, request.Gone);
            return ([.. list.Select(item => new ArtifactView(
                item!["type"]!.GetValue<string>(), item["md5"]?.GetValue<string>(), item["size"]?.GetValue<long>(), item["link"]!["path"]!.GetValue<string>(), item["url"]?.GetValue<string>()))], null);
        }
        catch (ApiProblem problem)
        {
            return ([], problem.Message);
        }
    }

    sealed record ArtifactView(string Type, string? Md5, long? Size, string Path, string? Url);
}

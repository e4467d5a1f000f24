using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>Keys and build nodes.</summary>
static class OtherPages
{
    public static async Task KeysAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (paging, keys) = await request.ReadPageAsync(RecordKinds.PublicKeys, areDeleted: false);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync("public keys", "/listKeys", html =>
        {
            html.Element("h1", "Public keys");
            html.Table(keys, "There is no key.", key => (key.Name, null),
                ("Key", key => html.Element("code", key.Text.Length > 60 ? $"{key.Text[..40]}…{key.Text[^16..]}" : key.Text)), ("Id", key => html.Text(key.Id)), ("Made", key => html.Time(key.Created, now)),
                ("Change", key => html.Button(request, "Delete", RecordElements.PathOf("/deleteKey", key.Id), isDangerous: true)));
            paging.Write(html, new("/listKeys"));
            return Task.CompletedTask;
        });
    }

    /// <summary>How each node is, is asked when the page is: it takes as long as the slowest.</summary>
    public static async Task NodesAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var nodes = await request.Site.Nodes.AskAllAsync(request.Gone);
        await request.WriteHtmlAsync("build nodes", "/listNodes", html =>
        {
            html.Element("h1", "Build nodes");
            html.Table([.. nodes.Select(node => node!)], "There is none: jobs run on this machine.", node => ($"{node["xname"]}", null),
                ("Takes jobs", node => html.Element("span", node["ableToRunJobs"]!.GetValue<bool>() ? "yes" : "no", ("class", node["ableToRunJobs"]!.GetValue<bool>() ? "badge added" : "badge danger"))),
                ("Jobs", node => html.Text(node["numCurrentJobs"]!.GetValue<int>() is >= 0 and var jobs ? $"{jobs}" : "unknown")), ("Arch", node => html.Text($"{node["nodeArch"]}")),
                ("SSH", node => html.Text($"{node["sshStatus"]}")), ("Podman", node => html.Text($"{node["podmanStatus"]}")));
            return Task.CompletedTask;
        });
    }

    /// <summary>What was deleted, and can come back: all kinds, or one of which there are many.</summary>
    public static async Task DeletedAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var images = await request.ReadPageAsync(RecordKinds.Images, areDeleted: true);
        var recipes = await request.ReadPageAsync(RecordKinds.Recipes, areDeleted: true);
        var keys = await request.ReadPageAsync(RecordKinds.PublicKeys, areDeleted: true);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync("deleted", "/listDeleted", html =>
        {
            html.Element("h1", "Deleted").Element("p", "What is here comes back with its artifacts, until it is removed for good.", ("class", "lead"));
            Section("Images", "images", images, image => (image.Name, RecordElements.PathOf("/showImage", image.Id, isDeleted: true)), "Image");
            Section("Recipes", "recipes", recipes, recipe => (recipe.Name, RecordElements.PathOf("/showRecipe", recipe.Id, isDeleted: true)), "Recipe");
            Section("Public keys", "keys", keys, key => (key.Name, null), "Key");
            return Task.CompletedTask;

            void Section<T>(string title, string id, (Paging Paging, IReadOnlyList<T> Records) page, Func<T, (string, string?)> head, string word) where T : IRecord
            {
                if (request.Kind is "images" or "recipes" or "keys" && request.Kind != id)
                    return;
                using var _ = html.Open("section", ("aria-labelledby", id));
                html.Element("h2", title, ("id", id));
                html.Table(page.Records, "Nothing.", head, ("Deleted", record => html.Time(record.Deleted ?? "", now)), ("Made", record => html.Time(record.Created, now)), ("Change", record =>
                {
                    html.Button(request, "Take back", RecordElements.PathOf($"/undelete{word}", record.Id));
                    html.Button(request, "Remove", RecordElements.PathOf($"/purge{word}", record.Id), isDangerous: true);
                }));
                page.Paging.Write(html, new PageLink("/listDeleted").With("kind", id));
            }
        });
    }
}

using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>All that is known of an image but its tree.</summary>
static class ImagePage
{
    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var checksum = ReadChecksum(request.Site.Images.GetPath(header.Name));
        if (output == OutputKind.Json)
            await request.WriteJsonAsync(json => Write(json, request, header, image, checksum));
        else
            await request.WriteHtmlAsync($"image {header.Name}", "/listImages", html => Write(html, request, header, image, checksum));
    }

    static Task Write(HtmlWriter html, ImageRequest request, ImageHeader header, Image image, string? checksum)
    {
        ImageFrame.Write(html, header.Name, image, "/showImage", "");
        if (request.Site.Images.FindFault(header.Name) is { } fault)
        {
            using var _ = html.Open("p", ("class", "banner danger"), ("role", "note"));
            html.Element("strong", "This image is damaged.").Text(" ").Text(fault);
        }
        using (html.Open("section", ("aria-label", "Facts")))
        using (html.Open("dl", ("class", "facts")))
        {
            WriteOrigin(html, request, header, image);
            WriteContent(html, header, image);
            html.Term("File checksum", () => html.Element("code", checksum ?? "unreadable", ("class", "hash")));
        }
        WriteCommands(html, request, header.Name);
        WriteComparisons(html, request, header);
        return Task.CompletedTask;
    }

    static void WriteOrigin(HtmlWriter html, ImageRequest request, ImageHeader header, Image image)
    {
        var now = request.Site.Time.GetUtcNow();
        if (header.CreatedOn is { } created)
            html.Term("Created", () => html.Time(created, now));
        html.Term("Created by", header.CreatedBy);
        html.Term("Created for", header.CreatedFor);
        html.Term("Expires", () => _ = header.ExpiresAt is { } expiry ? Expiry(expiry) : html.Text("never"));
        if (header.SourceImage.Length > 0)
        {
            html.Term("Source image", () => _ = request.Site.Images.Find(header.SourceImage) is null
                ? html.Element("span", header.SourceImage, ("class", "name"))
                : html.Element("a", header.SourceImage, ("href", PageLink.ToImage(header.SourceImage)), ("class", "name")));
        }
        if (image.BuildGitUrl.Length > 0)
            html.Term("Git repository", () => html.ForeignLink(image.BuildGitUrl));
        html.Term("Git branch", header.BuildBranch);
        html.Term("Git commit", () => html.Element("code", header.BuildCommitId), header.BuildCommitId.Length > 0);
        html.Term("Owner users", string.Join(", ", header.OwnerUsers));
        html.Term("Owner groups", string.Join(", ", header.OwnerGroups));
        if (header.Tags.Count > 0)
            html.Term("Tags", () => WriteTags(html, header.Tags));
        if (request.Site.Information?.Expand(header.Name, image) is { } information)
            html.Term("More about it", () => html.ForeignLink(information));

        HtmlWriter Expiry(DateTimeOffset expiry)
        {
            html.Time(expiry, now);
            return html;
        }
    }

    static void WriteContent(HtmlWriter html, ImageHeader header, Image image)
    {
        html.Term("Size", () =>
        {
            html.Size(header.FileBytes);
            html.Text(" of data, ").Element("span", PageElements.Bytes(header.EstimatedUsage)).Text(" on disk");
        });
        html.Term("Files", () => html.Element("a", PageElements.Count(header.FileCount, "file"), Link("/browse"))
            .Text($" in {PageElements.Count(image.FileSystem?.DirectoryCount ?? 0, "directory", "directories")}"));
        html.Term("Computed files", () => html.Element("a", PageElements.Count((ulong)header.ComputedFileCount, "file"), Link("/listComputedInodes")), header.ComputedFileCount > 0);
        html.Term("Packages", () => html.Element("a", PageElements.Count((ulong)image.Packages.Count, "package"), Link("/listPackages")), image.Packages.Count > 0);
        html.Term("Filter", () => html.Element(
            "a", header.FilterLineCount is { } lines ? PageElements.Count((ulong)lines, "line") : "none: the image is sparse", Link("/listFilter")));
        html.Term("Triggers", () => html.Element("a", PageElements.Count((ulong)(header.TriggerCount ?? 0), "trigger"), Link("/listTriggers")));
        html.Term("Release notes", () => html.Element("a", "read", Link("/listReleaseNotes")), image.ReleaseNotes is not null);
        html.Term("Build log", () => html.Element("a", "read", Link("/listBuildLog")), image.BuildLog is not null);

        (string, string?) Link(string path) => ("href", new PageLink(path, header.Name).ToString());
    }

    static void WriteTags(HtmlWriter html, IReadOnlyDictionary<string, string> tags)
    {
        using var _ = html.Open("ul", ("class", "tags"));
        foreach (var (key, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
            html.Element("li", $"{key}={value}");
    }

    static void WriteCommands(HtmlWriter html, ImageRequest request, string name)
    {
        using var _ = html.Open("section", ("aria-labelledby", "get"));
        html.Element("h2", "Get it", ("id", "get"));
        foreach (var command in GetCommands.For(request.Host, name))
            html.Element("pre", command, ("class", "command"), ("tabindex", "0"));
    }

    static void WriteComparisons(HtmlWriter html, ImageRequest request, ImageHeader header)
    {
        using var _ = html.Open("section", ("aria-labelledby", "compare"));
        html.Element("h2", "Compare", ("id", "compare"));
        using var __ = html.Open("p", ("class", "buttons"));
        Button("with the image before it", FindPrevious(request, header.Name));
        Button("with its source image", request.Site.Images.Find(header.SourceImage)?.Name);
        html.Element("a", "with another image", ("href", new PageLink("/diff").With("right", header.Name).ToString()), ("class", "button"));

        void Button(string text, string? left)
        {
            if (left is not null)
                html.Element("a", text, ("href", new PageLink("/diff").With("left", left).With("right", header.Name).ToString()), ("class", "button"));
        }
    }

    static string? FindPrevious(ImageRequest request, string name)
    {
        var directory = ImageName.GetDirectory(name);
        return request.Site.Images.List(other => ImageName.GetDirectory(other.Name) == directory && VersionOrder.Instance.Compare(other.Name, name) < 0)
            .Select(other => other.Name).Max(VersionOrder.Instance);
    }

    static void Write(Utf8JsonWriter json, ImageRequest request, ImageHeader header, Image image, string? checksum) => json.WriteMembers(() =>
    {
        json.WriteHeader(header);
        json.WriteText("gitUrl", image.BuildGitUrl);
        json.WriteNumber("directories", image.FileSystem?.DirectoryCount ?? 0);
        json.WriteNumber("packages", image.Packages.Count);
        json.WriteAnnotation("buildLog", image.BuildLog);
        json.WriteAnnotation("releaseNotes", image.ReleaseNotes);
        json.WriteText("informationUrl", request.Site.Information?.Expand(header.Name, image));
        json.WriteText("fileChecksum", checksum);
        json.WriteText("fault", request.Site.Images.FindFault(header.Name));
    });

    // The last bytes of the file are the SHA-512 of the others.
    static string? ReadChecksum(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var checksum = new byte[ObjectHash.Size];
            var start = RandomAccess.GetLength(file) - checksum.Length;
            return start > 0 && RandomAccess.Read(file, checksum, start) == checksum.Length ? Convert.ToHexStringLower(checksum) : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

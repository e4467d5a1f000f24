using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Html;

/// <summary>What all pages of an image begin with: the way up, and the image's other pages.</summary>
static class ImageFrame
{
    /// <param name="page">The path of the page itself.</param>
    /// <param name="title">What the page is, for those who do not see the tabs.</param>
    public static void Write(HtmlWriter html, string name, Image image, string page, string title)
    {
        var directory = ImageName.GetDirectory(name);
        html.Trail(
            name[(name.LastIndexOf('/') + 1)..], ("Images", "/listImages"),
            (directory == ImageName.RootDirectory ? "top" : directory, new PageLink("/listImages").With("directoryName", directory).ToString()));
        using (html.Open("h1", ("class", "name")))
        {
            html.Text(name);
            if (title.Length > 0)
                html.Element("span", $": {title}", ("class", "unseen"));
        }
        using var _ = html.Open("nav", ("class", "tabs"), ("aria-label", "Image"));
        foreach (var (path, text) in Pages(image))
            html.Element("a", text, ("href", new PageLink(path, name).ToString()), ("aria-current", path == page ? "page" : null));
    }

    static IEnumerable<(string Path, string Text)> Pages(Image image)
    {
        yield return ("/showImage", "Overview");
        yield return ("/browse", "Files");
        yield return ("/listImage", "Listing");
        yield return ("/listPackages", "Packages");
        yield return ("/listFilter", "Filter");
        yield return ("/listTriggers", "Triggers");
        if (image.FileSystem?.InodeTable.Values.Any(inode => inode is ComputedInode) == true)
            yield return ("/listComputedInodes", "Computed files");
        if (image.ReleaseNotes is not null)
            yield return ("/listReleaseNotes", "Release notes");
        if (image.BuildLog is not null)
            yield return ("/listBuildLog", "Build log");
    }
}

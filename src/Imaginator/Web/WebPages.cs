using ImageSdk.Hosting.Web;
using ImageSdk.Imaginator.Web.Pages;
using ImageSdk.Imaginator.Web.Requests;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.Imaginator.Web;

/// <summary>The pages that an imaginator has besides those that all daemons have. Their paths are the original's.</summary>
static class WebPages
{
    public static void Map(WebApplication web, ImaginatorSite site)
    {
        var pages = new PageMap<ImaginatorRequest>(web, site, (http, parameters) => new(http, site, parameters));
        pages.Map("/", StatusPage.AnswerAsync);
        pages.Map("/showImageStreams", StreamsPage.AnswerAsync);
        pages.Map("/showImageStream", StreamPage.AnswerAsync, "before=");
        pages.Map("/showBuilds", BuildsPage.AnswerAsync, "before=");
        pages.Map("/showDirectedGraph", GraphPage.AnswerAsync, "include=", "exclude=");
        pages.Map("/directedGraph.svg", GraphPage.AnswerPictureAsync, "include=", "exclude=");
        pages.Map("/showWorkers", WorkersPage.AnswerAsync);
        pages.Map("/showBuildLogArchive", ArchivePage.AnswerCountsAsync);
        foreach (var (path, answer) in ArchivePage.Lists)
            pages.Map(path, answer, ArchiveFilter.Parameters);
        pages.MapLog("/showBuildLog", ArchivePage.AnswerLogAsync);
        pages.MapLog("/showBuild", BuildPage.AnswerAsync, "id=");
        pages.MapLog("/showCurrentBuildLog", BuildPage.AnswerCurrentAsync);
        pages.MapLog("/showLastBuildLog", BuildPage.AnswerLastAsync);
        pages.MapLog("/followBuildLog", BuildPage.FollowAsync, "id=");
        pages.MapChange("/cancelBuild", BuildPage.CancelAsync, "id=");
    }
}

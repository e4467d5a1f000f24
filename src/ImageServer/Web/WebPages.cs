using ImageSdk.Dominator;
using ImageSdk.Hosting.Web;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Pages;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.ImageServer.Web;

/// <summary>The pages that an image server has besides those that all daemons have.</summary>
static class WebPages
{
    public static void Map(WebApplication web, WebSite site)
    {
        var pages = new PageMap<ImageRequest>(web, site, (http, parameters) => new(http, site, parameters), Explain);
        pages.Map("/", StatusPage.AnswerAsync);
        pages.Map("/listImages", ImagesPage.AnswerAsync, ["directoryName=", "q=", "sort=", .. Paging.Parameters]);
        pages.Map("/listDirectories", DirectoriesPage.AnswerAsync);
        pages.Map("/showImage", ImagePage.AnswerAsync);
        pages.Map("/listImage", ListingPage.AnswerAsync, Paging.Parameters);
        pages.Map("/browse", BrowsePage.AnswerAsync, ["path=", "q=", .. Paging.Parameters]);
        pages.Map("/diff", DiffPage.AnswerAsync, ["left=", "right=", "part=", .. Paging.Parameters]);
        pages.Map("/listFilter", FilterPage.AnswerAsync);
        pages.Map("/listTriggers", TriggersPage.AnswerAsync);
        pages.Map("/listPackages", PackagesPage.AnswerAsync);
        pages.Map("/listComputedInodes", ComputedFilesPage.AnswerAsync);
        pages.MapLog("/listBuildLog", AnnotationPage.AnswerBuildLogAsync);
        pages.Map("/listReleaseNotes", AnnotationPage.AnswerReleaseNotesAsync);
        pages.Map("/getObject", ObjectPage.AnswerAsync);
    }

    static PageFault? Explain(Exception problem) =>
        problem is ImageFileException or ImageFormatException ? ImageFaults.DamagedImage(problem.Message) : null;
}

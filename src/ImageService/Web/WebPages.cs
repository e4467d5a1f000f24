using ImageSdk.Hosting.Web;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Web.Pages;
using ImageSdk.ImageService.Web.Requests;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.ImageService.Web;

/// <summary>The pages that an image management service has besides those that all daemons have.</summary>
static class WebPages
{
    const string Id = "id=", Kind = "kind=", Deleted = "deleted";

    public static void Map(WebApplication web, ImageServiceSite site)
    {
        var pages = new PageMap<ImageServiceRequest>(web, site, (http, parameters) => new(http, site, parameters), ImageServiceRequest.Explain);
        string[] paging = [.. Paging.Parameters];
        pages.Map("/", StatusPage.AnswerAsync, paging);
        pages.Map("/listImages", ImagePages.ListAsync, paging);
        pages.Map("/showImage", ImagePages.ShowAsync, Id, Deleted);
        pages.Map("/listRecipes", RecipePages.ListAsync, paging);
        pages.Map("/showRecipe", RecipePages.ShowAsync, Id, Deleted);
        pages.Map("/listJobs", JobPages.ListAsync, paging);
        pages.MapLog("/showJob", JobPages.ShowAsync, Id);
        pages.Map("/listKeys", OtherPages.KeysAsync, paging);
        pages.Map("/listNodes", OtherPages.NodesAsync);
        pages.Map("/listDeleted", OtherPages.DeletedAsync, [Kind, .. paging]);
        pages.Map("/interface", InterfacePage.AnswerAsync);
        pages.MapChange("/deleteImage", ChangePages.Delete(site => site.Images, "/listImages"), Id);
        pages.MapChange("/deleteRecipe", ChangePages.Delete(site => site.Recipes, "/listRecipes"), Id);
        pages.MapChange("/deleteKey", ChangePages.Delete(site => site.Keys, "/listKeys"), Id);
        pages.MapChange("/undeleteImage", ChangePages.Undelete(site => site.Images, "/listImages"), Id);
        pages.MapChange("/undeleteRecipe", ChangePages.Undelete(site => site.Recipes, "/listRecipes"), Id);
        pages.MapChange("/undeleteKey", ChangePages.Undelete(site => site.Keys, "/listKeys"), Id);
        pages.MapChange("/purgeImage", ChangePages.Purge(site => site.Images), Id);
        pages.MapChange("/purgeRecipe", ChangePages.Purge(site => site.Recipes), Id);
        pages.MapChange("/purgeKey", ChangePages.Purge(site => site.Keys), Id);
        pages.MapChange("/removeJob", ChangePages.RemoveJob, Id);
    }
}

using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>Recipes, and one with its archive and the values for its templates.</summary>
static class RecipePages
{
    public static async Task ListAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (paging, recipes) = await request.ReadPageAsync(RecordKinds.Recipes, areDeleted: false);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync("recipes", "/listRecipes", html =>
        {
            html.Element("h1", "Recipes");
            html.Table(recipes, "There is no recipe.", recipe => (recipe.Name, RecordElements.PathOf("/showRecipe", recipe.Id)),
                ("Type", recipe => html.Text(recipe.RecipeType)), ("Distribution", recipe => html.Text(recipe.LinuxDistribution)), ("Arch", recipe => html.Text(recipe.Arch)),
                ("State", recipe => html.Text(recipe.Link is null ? "no archive yet" : "ready")), ("Made", recipe => html.Time(recipe.Created, now)));
            paging.Write(html, new("/listRecipes"));
            return Task.CompletedTask;
        });
    }

    public static async Task ShowAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (recipe, isDeleted) = (await request.Site.Recipes.GetAsync(request.Id, request.IsDeleted, request.Gone), request.IsDeleted);
        var archive = (await new ArtifactTransfers(request.Site.Service).ListAsync(recipe, request.ServiceAddress, request.Gone)).FirstOrDefault();
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync($"recipe {recipe.Name}", isDeleted ? "/listDeleted" : "/listRecipes", html =>
        {
            html.Trail(recipe.Name, isDeleted ? ("Deleted", "/listDeleted") : ("Recipes", "/listRecipes"));
            html.Element("h1", recipe.Name);
            if (isDeleted)
            {
                html.Button(request, "Take it back", RecordElements.PathOf("/undeleteRecipe", recipe.Id));
                html.Button(request, "Remove it for good", RecordElements.PathOf("/purgeRecipe", recipe.Id), isDangerous: true);
            }
            else
                html.Button(request, "Delete", RecordElements.PathOf("/deleteRecipe", recipe.Id), isDangerous: true);
            using var _ = html.Open("dl", ("class", "facts"));
            html.Term("Id", recipe.Id);
            html.Term("Type", recipe.RecipeType);
            html.Term("Distribution", recipe.LinuxDistribution);
            html.Term("Architecture", recipe.Arch);
            html.Term("Kernel modules", recipe.RequireDkms ? "may be built (dkms)" : "are not built");
            html.Term("Made", () => html.Time(recipe.Created, now));
            html.Term("Deleted", () => html.Time(recipe.Deleted!, now), recipe.Deleted is not null);
            html.Term("Archive", () =>
            {
                if (archive!["url"]?.GetValue<string>() is { } url)
                    html.Element("a", recipe.Link!.Path, ("href", url));
                else
                    html.Text($"{recipe.Link!.Path}, which is not there");
            }, archive is not null);
            foreach (var value in recipe.TemplateDictionary ?? [])
                html.Term($"Template: {value.Key}", value.Value);
            return Task.CompletedTask;
        });
    }
}

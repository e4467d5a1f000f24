using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>Recipes: each has one archive.</summary>
sealed class RecipeResource(ServiceContext context) : LinkedResource<Recipe>(context, RecordKinds.Recipes, Schemas.Recipe, Schemas.RecipeChange)
{
    protected override async Task<Recipe> MakeAsync(JsonObject values, CancellationToken cancellation)
    {
        var link = LinkOf(values["link"]);
        if (link is not null)
            await CheckLinkAsync(link, values["link"]!, cancellation);
        return Change(
            new Recipe
            {
                Id = ServiceContext.NewId(), Created = Context.Now, Name = values["name"]!.GetValue<string>(), Link = link,
                RecipeType = values["recipe_type"]!.GetValue<string>(), LinuxDistribution = values["linux_distribution"]!.GetValue<string>(),
            }, values);
    }

    protected override Recipe Change(Recipe record, JsonObject values) => record with
    {
        Arch = values["arch"]?.GetValue<string>() ?? record.Arch,
        RequireDkms = values["require_dkms"]?.GetValue<bool>() ?? record.RequireDkms,
        TemplateDictionary = values.TryGetPropertyValue("template_dictionary", out var templates)
            ? (templates as JsonArray)?.Select(item => new TemplateValue(item!["key"]!.GetValue<string>(), item["value"]!.GetValue<string>())).ToList()
            : record.TemplateDictionary,
    };

    protected override ArtifactPath PlaceOf(string id, string name) => new(Context.Places.RecipeBucket, $"recipes/{id}/{name}");

    protected override Recipe WithLinkOf(Recipe record, ArtifactLink? link, string? deleted) => record with { Link = link, Deleted = deleted };

    protected override async Task CheckArtifactAsync(ArtifactPath path, JsonNode given, CancellationToken cancellation)
    {
        if (await Context.Artifacts.FindAsync(path, cancellation) is null)
            throw ApiProblem.NoArtifact(given);
    }

    protected override async Task RemoveArtifactsAsync(Recipe record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { } path)
            return;
        try
        {
            await Context.Artifacts.DeleteAsync(path, cancellation);
        }
        catch (ArtifactException exception)
        {
            Context.Note("IMG7601", $"recipe {record.Id} is removed, its archive is not: {exception.Message}");
        }
    }

    protected override async Task<ArtifactLink?> PutAsideAsync(Recipe record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { } path)
            return record.Link;
        if (await Context.Artifacts.MoveAsync(path, path.ToDeleted(), cancellation) is { } etag)
            return LinkTo(path.ToDeleted(), etag);
        Context.Note("IMG7602", $"recipe {record.Id} is deleted; its archive {path} is not there");
        return record.Link;
    }

    protected override async Task<ArtifactLink?> TakeBackAsync(Recipe record, CancellationToken cancellation)
    {
        if (PathOf(record) is not { IsDeleted: true } path)
            return record.Link;
        return await Context.Artifacts.MoveAsync(path, path.FromDeleted(), cancellation) is { } etag
            ? LinkTo(path.FromDeleted(), etag)
            : throw ApiProblem.NoArtifact(new JsonObject { ["path"] = record.Link!.Path, ["type"] = record.Link.Type, ["etag"] = record.Link.Etag });
    }

    protected override Task PurgeArtifactsAsync(Recipe record, CancellationToken cancellation) =>
        PathOf(record) is { IsDeleted: true } ? RemoveArtifactsAsync(record, cancellation) : Task.CompletedTask;
}

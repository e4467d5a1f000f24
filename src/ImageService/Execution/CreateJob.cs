using ImageSdk.ImageService.Builders;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Execution;

/// <summary>Makes the image of a recipe.</summary>
sealed class CreateJob(RecordStore records, ArtifactFetcher fetcher, ImageProjectBuilder projects, KiwiBuilder kiwi, PackerBuilder packer)
{
    public async Task<PackedImage> RunAsync(RunContext run, Func<Task<Workplace>> choose, CancellationToken cancellation)
    {
        await run.SetStatusAsync(JobStatus.FetchingRecipe, cancellation);
        var recipe = await records.FindAsync(RecordKinds.Recipes, run.Job.ArtifactId, isDeleted: false, cancellation)
            ?? throw new RunException("IMG7620", $"The recipe {run.Job.ArtifactId} was removed.");
        var folder = run.NewFolder("recipe");
        await fetcher.FetchRecipeAsync(run, recipe, folder, cancellation);
        switch (recipe.RecipeType)
        {
            case RecipeTypes.ImageProject:
                await run.SetStatusAsync(JobStatus.BuildingImage, cancellation);
                var image = await projects.BuildAsync(run, folder, cancellation);
                await run.SetStatusAsync(JobStatus.PackagingArtifacts, cancellation);
                return image;
            case RecipeTypes.Kiwi:
                return await kiwi.BuildAsync(run, await choose(), recipe, folder, cancellation);
            case RecipeTypes.Packer:
                return await packer.BuildAsync(run, recipe, folder, cancellation);
            default:
                throw new RunException("IMG7630", $"Recipes of the type {recipe.RecipeType} are not built here.");
        }
    }
}

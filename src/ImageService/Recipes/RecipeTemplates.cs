using System.Text.Json;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Recipes;

/// <summary>Templates of recipes: files that <c>.ims_recipe_template.yaml</c> lists, in the language of Jinja2, rendered by Python's own in a sandbox.</summary>
static class RecipeTemplates
{
    /// <exception cref="RunException">IMG7623: one cannot be rendered.</exception>
    public static async Task RenderAsync(RunContext run, Recipe recipe, CancellationToken cancellation)
    {
        // Of several values for one key the last one counts.
        var values = (recipe.TemplateDictionary ?? []).GroupBy(value => value.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "values.json"), JsonSerializer.Serialize(values), cancellation);
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "templates.py"), Scripts.Templates, cancellation);
        var last = "";
        var status = await run.Processes.RunAsync(Scripts.RenderTemplates, [run.Folder], new Dictionary<string, string>(), Take, cancellation);
        if (status != 0)
            throw new RunException("IMG7623", $"The templates of the recipe cannot be rendered: {last}.");

        void Take(string line)
        {
            run.Log.Write(line);
            last = line;
        }
    }
}

using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Builders;

/// <summary>
/// Builds recipes of the type <c>packer</c> by packer itself, on this machine. Its builders make the root file system as a folder, or a disk that has it.
/// </summary>
/// <param name="program">Path of packer.</param>
sealed class PackerBuilder(string program)
{
    const string Root = "image/image-root";

    // Packer's names for templates; older ones are JSON of any name.
    static readonly string[] templates = ["*.pkr.hcl", "*.pkr.json", "*.json"];

    /// <param name="folder">Where the recipe lies: "recipe" in the job's folder.</param>
    /// <exception cref="RunException">It cannot be built.</exception>
    public async Task<PackedImage> BuildAsync(RunContext run, Recipe recipe, string folder, CancellationToken cancellation)
    {
        if (!File.Exists(program))
            throw new RunException("IMG7621", $"There is no {program} (apt-get install packer, or -packer).");
        await RecipeTemplates.RenderAsync(run, recipe, cancellation);
        var template = FindTemplate(folder);
        var place = new LocalWorkplace(run.Folder, run.Processes);
        await run.SetStatusAsync(JobStatus.BuildingImage, cancellation);
        var output = run.NewFolder("image");
        BuildEnvironment.Prepare(run);
        var variables = BuildEnvironment.Variables();
        // It asks its makers for news otherwise.
        (variables["CHECKPOINT_DISABLE"], variables["PACKER_CACHE_DIR"], variables["IMS_ARCH"]) = ("1", "/mnt/cache", run.Job.Arch);
        if (await place.RunAsync(Scripts.Build, ["image", program, "build", "-color=false", $"/mnt/recipe/{template}"], variables, run.Log.Write, cancellation) is not 0 and var status)
            throw new RunException("IMG7635", $"packer ends with {status}. Its lines are above.");
        if (!Directory.Exists(Path.Combine(run.Folder, Root)))
            await UnpackAsync(run, place, FindDisk(output), cancellation);
        await run.SetStatusAsync(JobStatus.PackagingArtifacts, cancellation);
        return await RootPacker.PackAsync(run, place, Root, cancellation);
    }

    static string FindTemplate(string folder) =>
        templates.Select(pattern => Directory.GetFiles(folder, pattern)).FirstOrDefault(found => found.Length > 0) is [var only]
            ? Path.GetFileName(only)
            : throw new RunException("IMG7622", "The recipe has no template of packer, or several: expected one .pkr.hcl, .pkr.json or .json at the top of its archive.");

    // Builders put what they make into folders "output-NAME".
    static string FindDisk(string output) =>
        Directory.GetDirectories(output, "output-*").SelectMany(folder => Directory.GetFiles(folder)).ToList() is [var only]
            ? Path.GetRelativePath(Path.GetDirectoryName(output)!, only)
            : throw new RunException("IMG7635", "packer has made no root: expected the folder image-root, or one disk in a folder output-NAME, where the template runs.");

    static async Task UnpackAsync(RunContext run, LocalWorkplace place, string disk, CancellationToken cancellation)
    {
        run.Log.Write($"Taking the root file system from {disk}");
        if (await place.RunAsync(Scripts.Disk, [disk, Root], new Dictionary<string, string>(), run.Log.Write, cancellation) != 0)
            throw new RunException("IMG7635", $"The disk {Path.GetFileName(disk)} has no root file system that this machine can mount. The lines are above (apt-get install qemu-utils fdisk).");
    }
}

using System.Text.Json;

namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>A directory with a folder for each image, named by its id: its file, and what is known of it as <c>image.json</c>.</summary>
/// <param name="directory">Made on demand.</param>
sealed class DirectoryDestination(string directory) : IImageDestination
{
    const string Description = "image.json";
    const string Partial = ".partial";

    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public async Task<PlacedImage> PlaceAsync(RebuiltImage image, Action<string> progress, CancellationToken cancellation)
    {
        var place = Path.Combine(directory, image.Id.ToString());
        var file = Path.Combine(place, $"{image.Name}.{image.DiskFormat}");
        var placed = new PlacedImage(image.Id.ToString(), new Uri(file).AbsoluteUri);
        // It has its name only when it is complete.
        if (File.Exists(file))
            return placed;
        // Beside the directory that it becomes, so that renaming it is one step.
        var partial = place + Partial;
        try
        {
            Remove(partial);
            Directory.CreateDirectory(partial);
            progress($"Copying the image to {place}");
            await CopyAsync(image.File, Path.Combine(partial, Path.GetFileName(file)), cancellation);
            await File.WriteAllTextAsync(
                Path.Combine(partial, Description), JsonSerializer.Serialize(new { image.Id, image.Name, image.DiskFormat, image.Properties }, json), cancellation);
            Directory.Move(partial, place);
            return placed;
        }
        catch (Exception problem)
        {
            Remove(partial);
            if (problem is IOException or UnauthorizedAccessException)
                throw new DestinationException("IMG7420", $"The image cannot be put into {place}: {problem.Message} Look at the directory of -imageDestination.", isTransient: true, problem);
            throw;
        }
    }

    public Task RemoveAsync(Guid image, CancellationToken cancellation)
    {
        var place = Path.Combine(directory, image.ToString());
        Remove(place + Partial);
        Remove(place);
        return Task.CompletedTask;
    }

    static async Task CopyAsync(string from, string to, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(from);
        await using var target = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = source.Length });
        await source.CopyToAsync(target, 1 << 20, cancellation);
        target.Flush(flushToDisk: true);
    }

    static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

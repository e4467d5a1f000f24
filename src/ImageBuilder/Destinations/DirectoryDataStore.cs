namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>A directory with a folder for each container.</summary>
/// <param name="directory">Made on demand.</param>
sealed class DirectoryDataStore(string directory) : IDataStore
{
    public async Task<string> PutAsync(string container, string name, string contentType, Stream content, CancellationToken cancellation)
    {
        var folder = Path.Combine(directory, container);
        var file = Path.Combine(folder, name);
        var partial = Path.Combine(folder, $".{Guid.NewGuid():N}~");
        try
        {
            Directory.CreateDirectory(folder);
            await using (var target = File.Create(partial))
                await content.CopyToAsync(target, cancellation);
            File.Move(partial, file, overwrite: true);
            return new Uri(file).AbsoluteUri;
        }
        catch (Exception problem)
        {
            if (File.Exists(partial))
                File.Delete(partial);
            if (problem is IOException or UnauthorizedAccessException)
                throw new DestinationException("IMG7421", $"{name} cannot be put into {folder}: {problem.Message} Look at the directory of -dataStore.", isTransient: true, problem);
            throw;
        }
    }
}

using System.Text;
using System.Text.Json;
using ImageSdk.ImageBuilder.Destinations;

namespace ImageSdk.ImageBuilder.Tests.Destinations;

public sealed class DirectoryDestinationTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk bäuilder ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string this[string name] => Path.Combine(folder, name);

    RebuiltImage NewImage(string content = "an image")
    {
        File.WriteAllText(this["made"], content);
        return new(Guid.NewGuid(), "trusty ü-1", this["made"], "qcow2", new Dictionary<string, string> { ["series"] = "trusty" });
    }

    [Fact]
    public async Task An_image_is_there_once_with_what_is_known_of_it()
    {
        var (image, destination) = (NewImage(), new DirectoryDestination(this["images"]));
        var placed = await destination.PlaceAsync(image, _ => { }, CancellationToken.None);
        Assert.Equal(image.Id.ToString(), placed.Id);
        var file = new Uri(placed.Location).LocalPath;
        Assert.Equal("an image", await File.ReadAllTextAsync(file));
        var known = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(file)!, "image.json"))).RootElement;
        Assert.Equal("trusty", known.GetProperty("properties").GetProperty("series").GetString());

        // The same again, after its process was killed behind the copy.
        await File.WriteAllTextAsync(this["made"], "another");
        Assert.Equal(placed, await destination.PlaceAsync(image, _ => { }, CancellationToken.None));
        Assert.Equal("an image", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_replaced()
    {
        var image = NewImage();
        Directory.CreateDirectory(this[$"images/{image.Id}.partial"]);
        await File.WriteAllTextAsync(this[$"images/{image.Id}.partial/{image.Name}.qcow2"], "hal");
        var placed = await new DirectoryDestination(this["images"]).PlaceAsync(image, _ => { }, CancellationToken.None);
        Assert.Equal("an image", await File.ReadAllTextAsync(new Uri(placed.Location).LocalPath));
        Assert.Equal([image.Id.ToString()], Directory.EnumerateFileSystemEntries(this["images"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_copy_that_is_cancelled_or_fails_leaves_nothing()
    {
        var destination = new DirectoryDestination(this["images"]);
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => destination.PlaceAsync(NewImage(), _ => cancelled.Cancel(), cancelled.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(this["images"]));

        var missing = NewImage() with { File = this["nowhere"] };
        var problem = await Assert.ThrowsAsync<DestinationException>(() => destination.PlaceAsync(missing, _ => { }, CancellationToken.None));
        Assert.Equal("IMG7420", problem.Code);
        Assert.True(problem.IsTransient);
        Assert.Empty(Directory.EnumerateFileSystemEntries(this["images"]));
    }

    [Fact]
    public async Task A_data_store_keeps_the_newest_of_a_name()
    {
        var store = new DirectoryDataStore(this["data ü"]);
        var first = await store.PutAsync("imagebuilder.1", "build.log", "text/plain", Text("one"), CancellationToken.None);
        Assert.Equal(first, await store.PutAsync("imagebuilder.1", "build.log", "text/plain", Text("two"), CancellationToken.None));
        Assert.Equal("two", await File.ReadAllTextAsync(new Uri(first).LocalPath));
        Assert.Equal(["build.log"], Directory.EnumerateFileSystemEntries(this["data ü/imagebuilder.1"]).Select(Path.GetFileName));

        await File.WriteAllTextAsync(this["file"], "");
        Assert.Equal("IMG7421", (await Assert.ThrowsAsync<DestinationException>(
            () => new DirectoryDataStore(this["file"]).PutAsync("c", "n", "text/plain", Text(""), CancellationToken.None))).Code);
    }

    static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}

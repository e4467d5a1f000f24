using ImageSdk.Images;

namespace ImageSdk.Storage.Tests;

/// <summary>Nothing has its name before its content is on the disk, and it is announced only after its name is.</summary>
public sealed class DurabilityTests : IDisposable
{
    readonly TemporaryDirectory directory = new();
    readonly LocalStore store;

    public DurabilityTests() => store = new LocalStore(directory["store"]);

    public void Dispose() => directory.Dispose();

    string Objects => Path.Combine(directory["store"], "objects");

    static bool IsSync(SystemCall call, string path) => call.Name is "fsync" or "fdatasync" && call.Text.EndsWith($"<{path}>", StringComparison.Ordinal);

    static bool Names(SystemCall call, string name) => call.Name is not ("fsync" or "fdatasync" or "syncfs") && call.Text.Contains($"\"{name}\"", StringComparison.Ordinal);

    /// <summary>Few are brought to the disk one by one, many by their file system.</summary>
    [StraceTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task An_object_gets_its_name_when_its_content_is_on_the_disk(int count)
    {
        var contents = Enumerable.Range(0, count).Select(BitConverter.GetBytes).ToList();
        var calls = await SystemCalls.RecordAsync(directory.FullName, async () =>
        {
            using var batch = store.Objects.BeginBatch();
            foreach (var content in contents)
                batch.Write(ObjectHash.Of(content), content);
            await batch.CommitAsync();
        });

        foreach (var path in contents.Select(content => store.Objects.GetPath(ObjectHash.Of(content))))
        {
            var named = Assert.Single(calls, call => Names(call, Path.GetRelativePath(Objects, path)));
            // What is renamed, by the folder that is open and its name in there.
            var quoted = named.Text.Split('"')[1];
            Assert.Contains(calls, call => call.Done < named.Begun && (call.Name == "syncfs" || IsSync(call, $"{FolderOf(named)}/{quoted}")));
            foreach (var folder in FoldersOf(path))
                Assert.Contains(calls, call => call.Begun > named.Done && (call.Name == "syncfs" || IsSync(call, folder)));
        }
    }

    [StraceTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_gets_its_name_when_its_content_is_on_the_disk(bool replaces)
    {
        var image = SampleImage.Make(store.Objects);
        store.Images.MakeDirectory("a");
        if (replaces)
            store.Images.Add("a/b", image);
        var calls = await SystemCalls.RecordAsync(directory.FullName, () =>
        {
            if (replaces)
                store.Images.Replace("a/b", image);
            else
                store.Images.Add("a/b", image);
            return Task.CompletedTask;
        });

        var file = Path.Combine(directory["store"], "images", "a/b");
        var named = Assert.Single(calls, call => Names(call, file));
        var written = named.Text.Split('"')[1];
        Assert.Contains(calls, call => call.Done < named.Begun && IsSync(call, written));
        Assert.Contains(calls, call => call.Begun > named.Done && IsSync(call, Path.GetDirectoryName(file)!));
    }

    static string FolderOf(SystemCall named) => named.Text[(named.Text.IndexOf('<') + 1)..named.Text.IndexOf('>')];

    IEnumerable<string> FoldersOf(string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length >= Objects.Length; folder = Path.GetDirectoryName(folder)!)
            yield return folder;
    }
}

using ImageSdk.Dominator;
using ImageSdk.ImageServer.Backups;
using ImageSdk.ImageServer.Options;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Tests.Backups;

/// <summary>Backups of a server that runs, and what becomes of them.</summary>
public sealed class ServerBackupTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk backup é ").FullName;
    readonly List<string> lines = [];

    string Backup => Path.Combine(folder, "bäckup");

    ServerOptions Restored => new() { ImageDirectory = Path.Combine(folder, "new images"), ObjectDirectory = Path.Combine(folder, "new objects") };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_restored_server_has_what_the_one_that_was_backed_up_has()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectImagesAsync();
        await client.MakeDirectoryAsync("base");
        await client.MakeDirectoryAsync("base/é");
        await client.AddImageAsync("base/é/first image", server.MakeImage("one"));
        await client.AddImageAsync("base/gone", server.MakeImage("two"));
        await client.DeleteImageAsync("base/gone");
        new ImageStore(server.ImageDirectory, new(server.ObjectDirectory)).SetDirectoryMetadata("base", new("owners"));
        BackUp(server);
        Restore();
        Assert.Equal(Files(server.ImageDirectory), Files(Restored.ImageDirectory));
        await using var other = await TestServer.StartAsync(options => (options.ImageDirectory, options.ObjectDirectory) = (Restored.ImageDirectory, Restored.ObjectDirectory));
        var others = await other.ConnectImagesAsync();
        Assert.Equal(["base/é/first image"], await others.ListImagesAsync(new()));
        Assert.Contains("previously deleted", (await Assert.ThrowsAnyAsync<Exception>(() => others.AddImageAsync("base/gone", other.MakeImage("one")))).Message);
        Assert.Equal("owners", new ImageStore(other.Parts.Options.ImageDirectory, new(other.Parts.Options.ObjectDirectory)).GetDirectoryMetadata("base").OwnerGroup);
        Assert.Contains("What was restored has 1 images, all whole, compared with their hashes.", lines);
    }

    [Fact]
    public async Task A_second_backup_costs_what_is_new_and_drops_what_is_gone()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectImagesAsync();
        await client.AddImageAsync("old", server.MakeImage("old"));
        await client.AddImageAsync("kept", server.MakeImage("kept"));
        BackUp(server);
        Assert.StartsWith("Copied 2 images and 2 objects (", lines[0]);
        BackUp(server);
        Assert.StartsWith("Copied 0 images and 0 objects (", lines[^2]);
        await client.DeleteImageAsync("old");
        await client.AddImageAsync("new", server.MakeImage("new"));
        BackUp(server);
        // The deleted one is a file that says so.
        Assert.StartsWith("Copied 2 images and 1 objects (", lines[^2]);
        Assert.EndsWith("removed 0 images and 1 objects.", lines[^2]);
        Assert.Equal(Files(server.ImageDirectory), Files(Path.Combine(Backup, "images")));
        Assert.Equal(["kept", "new"], Contents(Path.Combine(Backup, "objects")));
    }

    [Fact]
    public async Task An_image_that_is_damaged_at_the_server_is_named_and_keeps_no_other_out()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectImagesAsync();
        await client.AddImageAsync("flipped", server.MakeImage("flipped"));
        await client.AddImageAsync("lacking", server.MakeImage("lacking"));
        await client.AddImageAsync("good", server.MakeImage("good"));
        Overwrite(server.ObjectDirectory, "flipped", "Flipped");
        new ObjectStore(server.ObjectDirectory).Remove(server.PutObject("lacking"));
        Assert.Equal("IMG7333", Assert.Throws<BackupException>(() => BackUp(server)).Code);
        Assert.Equal(["flipped", "lacking"], lines.Where(line => line.StartsWith("error IMG7333: ")).Select(line => line.Split(": ")[1]));
        Assert.Equal(["good"], new LocalStore(Backup).Images.List());
        Overwrite(server.ObjectDirectory, "Flipped", "flipped");
        server.PutObject("lacking");
        BackUp(server);
        Assert.Equal(["flipped", "good", "lacking"], new LocalStore(Backup).Images.List());
    }

    [Fact]
    public async Task Damage_in_the_backup_is_mended_from_the_server_and_named_by_a_restore()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectImagesAsync();
        await client.AddImageAsync("first", server.MakeImage("first"));
        await client.AddImageAsync("second", server.MakeImage("second"));
        BackUp(server);
        Overwrite(Path.Combine(Backup, "objects"), "first", "First");
        var image = Path.Combine(Backup, "images/second");
        var bytes = File.ReadAllBytes(image);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(image, bytes);
        Assert.Equal("IMG7333", Assert.Throws<BackupException>(Restore).Code);
        Assert.Equal(["first", "second"], lines.Where(line => line.StartsWith("error IMG7333: ")).Select(line => line.Split(": ")[1]));
        Assert.Empty(new LocalStore("", Restored.ImageDirectory, Restored.ObjectDirectory).Images.List());
        BackUp(server, check: true);
        // Run once more, a restore goes on.
        Restore();
        Assert.Equal(Files(server.ImageDirectory), Files(Restored.ImageDirectory));
    }

    [Fact]
    public async Task A_server_that_has_lost_its_images_does_not_take_the_backup_along()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.ConnectImagesAsync();
        for (var number = 0; number < 11; number++)
            await client.AddImageAsync($"image.{number}", server.MakeImage());
        BackUp(server);
        Directory.Delete(server.ImageDirectory, recursive: true);
        Directory.CreateDirectory(server.ImageDirectory);
        Assert.Equal("IMG7330", Assert.Throws<BackupException>(() => BackUp(server)).Code);
        Assert.Equal(11, new LocalStore(Backup).Images.List().Count);
        new ServerBackup(server.Parts.Options, Backup, lines.Add, TimeProvider.System).BackUp(check: false, allowMassDelete: true, CancellationToken.None);
        Assert.Empty(new LocalStore(Backup).Images.List());
    }

    [Fact]
    public async Task What_would_be_overwritten_or_is_in_use_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await (await server.ConnectImagesAsync()).AddImageAsync("image", server.MakeImage());
        Assert.Equal("IMG7334", Assert.Throws<BackupException>(Restore).Code);
        BackUp(server);
        var mine = new LocalStore("", Restored.ImageDirectory, Restored.ObjectDirectory);
        mine.Images.WriteBytes("mine", []);
        Assert.Contains("such as mine", Assert.Throws<BackupException>(Restore).Message);
        // A server runs there.
        Assert.Equal("IMG7332", Assert.Throws<BackupException>(() => new ServerBackup(server.Parts.Options, Backup, lines.Add, TimeProvider.System).Restore(CancellationToken.None)).Code);
        Assert.Equal("IMG7334", Assert.Throws<BackupException>(() => new ServerBackup(server.Parts.Options, Path.Combine(server.ObjectDirectory, "backup"), lines.Add, TimeProvider.System).BackUp(check: false, allowMassDelete: false, CancellationToken.None)).Code);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new ServerBackup(server.Parts.Options, Path.Combine(folder, "other"), lines.Add, TimeProvider.System).BackUp(check: false, allowMassDelete: false, stop.Token));
    }

    void BackUp(TestServer server, bool check = false) => new ServerBackup(server.Parts.Options, Backup, lines.Add, TimeProvider.System).BackUp(check, allowMassDelete: false, CancellationToken.None);

    void Restore() => new ServerBackup(Restored, Backup, lines.Add, TimeProvider.System).Restore(CancellationToken.None);

    // Names with a dot are of the programs that use a store.
    static Dictionary<string, string> Files(string directory) => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Select(file => (Name: Path.GetRelativePath(directory, file), File: file))
        .Where(found => !found.Name.Split('/')[0].StartsWith('.'))
        .ToDictionary(found => found.Name, found => Convert.ToHexString(File.ReadAllBytes(found.File)));

    static List<string> Contents(string objects) => [.. new ObjectStore(objects).Enumerate().Select(item => File.ReadAllText(new ObjectStore(objects).GetPath(item.Hash))).Order(StringComparer.Ordinal)];

    static void Overwrite(string objects, string content, string changed)
    {
        var file = new ObjectStore(objects).Enumerate().Select(item => new ObjectStore(objects).GetPath(item.Hash)).Single(path => File.ReadAllText(path) == content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, changed);
    }
}

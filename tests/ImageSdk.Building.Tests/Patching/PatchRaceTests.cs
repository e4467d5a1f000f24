using System.Text;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees.Patching;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Building.Tests.Patching;

/// <summary>A tree is brought to an image's state while its owner puts links that lead outside in all places.</summary>
public sealed class PatchRaceTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("imagesdk-patch-");
    readonly Contents contents = new();

    string Target => Path.Combine(folder.FullName, "target");

    string Outside => Path.Combine(folder.FullName, "outside");

    public PatchRaceTests()
    {
        Directory.CreateDirectory(Path.Combine(Target, "d"));
        Directory.CreateDirectory(Path.Combine(Target, "e"));
        Directory.CreateDirectory(Path.Combine(Outside, "d"));
        File.WriteAllText(Path.Combine(Outside, "victim"), "of another");
        File.WriteAllText(Path.Combine(Outside, "d/file"), "of another");
        foreach (var file in (string[])["victim", "d/file"])
            File.SetUnixFileMode(Path.Combine(Outside, file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Nothing_outside_is_written_or_changed()
    {
        var before = Describe(Outside);
        using var stop = new CancellationTokenSource();
        var attacks = new Action[] { SwapFile, SwapDirectory, SwapStage }.Select(attack => Task.Factory.StartNew(() => Repeat(attack, stop.Token), TaskCreationOptions.LongRunning)).ToArray();
        var (done, refused) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            try
            {
                var wanted = Wanted(round);
                using var scanner = new DirectoryScanner(Target, new Filter([]));
                var patch = TreePatch.Compare(wanted, await scanner.ScanAsync());
                await new DirectoryPatcher(Target, new SourceFetch(contents), Processes.IsRoot, default).ApplyAsync(wanted, patch);
                done++;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                refused++;
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(attacks);
        Assert.Equal(150, done + refused);
        Assert.Equal(before, Describe(Outside));
    }

    [Fact]
    public async Task A_file_that_runs_as_its_owner_is_never_one_that_was_there()
    {
        var file = Path.Combine(Target, "d/file");
        var wanted = Wanted(0, mode: 0x89ED); // 4755
        File.WriteAllText(file, contents.Text);
        using var before = File.OpenWrite(file);
        using (var scanner = new DirectoryScanner(Target, new Filter([])))
            await new DirectoryPatcher(Target, new SourceFetch(contents), Processes.IsRoot, default).ApplyAsync(wanted, TreePatch.Compare(wanted, await scanner.ScanAsync()));
        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.SetUser));
        // Whoever has the old one open changes the old one.
        before.Write("changed"u8);
        before.Flush();
        Assert.Equal(contents.Text, File.ReadAllText(file));
    }

    /// <summary>Directories with a file each: of another content each time, and of another mode in between.</summary>
    FileSystem Wanted(int round, uint? mode = null)
    {
        contents.Text = $"content {round / 2}";
        var builder = new FileSystemBuilder(new DirectoryInode { Mode = 0x41ED });
        foreach (var directory in (string[])["/d", "/e"])
        {
            builder.Add(directory, new DirectoryInode { Mode = 0x41ED });
            builder.Add($"{directory}/file", new RegularInode
            {
                Mode = mode ?? (round % 2 == 0 ? 0x81FFu : 0x81B6u), Size = (ulong)contents.Text.Length, Hash = ObjectHash.Of(Encoding.UTF8.GetBytes(contents.Text)), Mtime = new(1, 0),
            });
        }
        return builder.Build();
    }

    static void Repeat(Action attack, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                attack();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The other one was faster.
            }
        }
    }

    // In a directory of its own: the attacks do not go astray through each other's links.
    void SwapFile()
    {
        var file = Path.Combine(Target, "e/file");
        File.Delete(file);
        File.CreateSymbolicLink(file, Path.Combine(Outside, "victim"));
        Thread.Yield();
        File.Delete(file);
        File.WriteAllText(file, contents.Text);
    }

    void SwapDirectory()
    {
        var (directory, aside) = (Path.Combine(Target, "d"), Path.Combine(folder.FullName, "aside"));
        Directory.Move(directory, aside);
        File.CreateSymbolicLink(directory, Path.Combine(Outside, "d"));
        Thread.Yield();
        File.Delete(directory);
        Directory.Move(aside, directory);
    }

    void SwapStage()
    {
        foreach (var stage in Directory.GetDirectories(Target, ".imagesdk-*"))
        {
            var aside = Path.Combine(folder.FullName, $"stage {Guid.NewGuid()}");
            Directory.Move(stage, aside);
            File.CreateSymbolicLink(stage, Outside);
        }
    }

    static List<string> Describe(string directory) =>
    [
        .. Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {File.GetUnixFileMode(path)} {(File.Exists(path) ? $"{File.ReadAllText(path)} {File.GetLastWriteTimeUtc(path):O}" : "")}"),
    ];

    sealed class Contents : IObjectSource
    {
        public string Text { get; set; } = "";

        public Stream OpenRead(ObjectHash hash) => new MemoryStream(Encoding.UTF8.GetBytes(Text));
    }
}

using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Whatever lies where a component belongs, preparing a build and describing its stages ends well or with one coded error.</summary>
public sealed class UnusableInputsTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("inputs ü").FullName;

    public void Dispose()
    {
        foreach (var folder in new DirectoryInfo(directory).EnumerateDirectories("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            if (folder.LinkTarget is null)
                folder.UnixFileMode = (UnixFileMode)0x1C0;
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(directory)!);
        parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(directory)));
    }

    ImageProject Project() => new()
    {
        ProjectFile = Path.Combine(directory, "x.imgproj"), ManifestDirectory = directory, Stream = "a/b", Architecture = "amd64",
        CacheDirectory = "/c", ImageFile = "/i", Store = new StoreSettings("/s/i", "/s/o"),
    };

    /// <returns>Null where all went well.</returns>
    Diagnostic? Describe(RecordingListener? listener = null)
    {
        try
        {
            var manifest = ManifestReader.Read(Project(), listener ??= new());
            TemplateCheck.Check(manifest, listener, CancellationToken.None);
            var inputs = new StageInputs(new BuildPlan(Project(), manifest), new DigestCache(Path.Combine(directory, ".digests")));
            foreach (var stage in Enum.GetValues<ImageStage>())
                inputs.Describe(stage);
            return null;
        }
        catch (BuildException exception)
        {
            return exception.Diagnostic;
        }
    }

    public static TheoryData<string> Places => new(
    [
        .. ManifestComponents.Files,
        .. ManifestComponents.Trees.Select(tree => tree.Name + "/etc/x"), .. ManifestComponents.Trees.Select(tree => tree.Name + "/etc"),
        .. ManifestComponents.Scripts.Select(scripts => scripts.Name + "/1-x"), .. ManifestComponents.Folders, "tests/x", "tests/deep/er/x",
    ]);

    [Theory, MemberData(nameof(Places))]
    public void What_can_not_be_used_is_one_coded_error_with_its_place(string name)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Action[] makers =
        [
            () => Directory.CreateDirectory(path),
            () => File.CreateSymbolicLink(path, "/no/where"),
            () => File.CreateSymbolicLink(path, Path.GetFileName(path)),
            () => File.CreateSymbolicLink(path, "/proc/self/mem"),
            () => Make(handle => handle.MakeNode(Encoding.UTF8.GetBytes(Path.GetFileName(path)), 0x11A4, 0)),
            () => File.WriteAllBytes(path, [0xFF, 0, 0x7B]),
            () => File.WriteAllText(path, "{{.X"),
        ];
        foreach (var maker in makers)
        {
            maker();
            if (Describe() is { } error)
            {
                Assert.NotEqual("IMG9999", error.Code);
                Assert.StartsWith(directory, error.File);
            }
            Make(handle => handle.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path))));
        }

        void Make(Action<DirectoryHandle> make)
        {
            using var handle = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            make(handle);
        }
    }

    [Theory]
    [InlineData("manifest", "IMG1159")]
    [InlineData("package-list", "IMG1159")]
    [InlineData("filter", "IMG1159")]
    [InlineData("triggers", "IMG1159")]
    [InlineData("tags.json", "IMG1159")]
    [InlineData("files.templated/etc/x", "IMG1156")]
    public void What_is_huge_is_refused_before_it_is_read(string name, string code)
    {
        ImageWorkspace.Write(directory, name, "");
        using (var file = File.OpenWrite(Path.Combine(directory, name)))
            file.SetLength(1L << 40);
        Assert.Equal(code, Describe()!.Code);
    }

    [Fact]
    public void A_huge_script_is_searched_a_piece_at_a_time()
    {
        var script = Path.Combine(directory, "script");
        using (var file = File.Create(script))
        {
            file.SetLength(3L << 30);
            file.Position = (3L << 30) - 5;
            file.Write("MANIFEST_GIT_COMMIT_ID"u8);
        }
        Assert.True(ManifestText.Mentions(script, "MANIFEST_GIT_COMMIT_ID"));
        Assert.False(ManifestText.Mentions(script, "MANIFEST_GIT_COMMIT_IDS"));
    }

    /// <summary>Files that become directories and links, and vanish, while they are looked at.</summary>
    [Fact]
    public async Task What_is_replaced_meanwhile_is_no_internal_error()
    {
        var names = new[] { "files/etc/x", "files.append/etc/x", "files.templated/etc/x", "scripts/x", "tests/x", "filter", "manifest", "files.templated" };
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(() =>
        {
            var random = new Random(7);
            while (!stop.IsCancellationRequested)
                Replace(Path.Combine(directory, names[random.Next(names.Length)]), random.Next(4));
        });
        for (var round = 0; round < 300; round++)
            if (Describe() is { } error)
                Assert.NotEqual("IMG9999", error.Code);
        stop.Cancel();
        await changes;

        static void Replace(string path, int kind)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using (var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!))
                    parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
                if (kind == 0)
                    Directory.CreateDirectory(path);
                else if (kind == 1)
                    File.WriteAllText(path, "{}");
                else if (kind == 2)
                    File.CreateSymbolicLink(path, "/no/where");
            }
            catch (IOException)
            {
                // Its parent was replaced.
            }
        }
    }

    sealed class OrdinaryUserFactAttribute : FactAttribute
    {
        public OrdinaryUserFactAttribute() => Skip = Processes.UserId == 0 ? "root reads everything; runs as an ordinary user" : null;
    }

    [OrdinaryUserFact]
    public void What_is_unreadable_is_one_coded_error_with_its_place()
    {
        foreach (var folder in ManifestComponents.Folders)
        {
            var locked = Path.Combine(directory, folder, "etc", "locked");
            Directory.CreateDirectory(locked);
            File.SetUnixFileMode(locked, UnixFileMode.None);
            if (Describe() is { Code: not "IMG1044" } error)
                Assert.Equal(("IMG1010", locked), (error.Code, error.File));
            File.SetUnixFileMode(locked, (UnixFileMode)0x1C0);
            Directory.Delete(Path.Combine(directory, folder), recursive: true);
        }
        foreach (var name in ManifestComponents.Files)
        {
            ImageWorkspace.Write(directory, name, "");
            File.SetUnixFileMode(Path.Combine(directory, name), UnixFileMode.None);
            Assert.Equal(("IMG1010", Path.Combine(directory, name)), (Describe()!.Code, Describe()!.File));
            File.Delete(Path.Combine(directory, name));
        }
    }

    [Fact]
    public void Long_paths_do_not_fill_the_message()
    {
        var path = "/" + string.Join('/', Enumerable.Repeat(new string('n', 200), 20));
        var fault = FileFault.Explain(new PosixException("open", path, Errno.AccessDenied), "IMG3006", "IMG3005")!;
        Assert.Equal(path, fault.File);
        Assert.InRange(fault.Message.Length, 100, 600);
        Assert.Contains("[…]", fault.Message);
        Assert.Contains("permission", fault.Message);
        Assert.InRange(FileFault.Shorten(string.Concat(Enumerable.Repeat("name with blanks ", 1000))).Length, 1000, 2500);
    }
}

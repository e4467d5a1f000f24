using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

public class GetTests
{
    static readonly RunSettings Ordinary = new(IsRoot: false);

    [Fact]
    public void An_ordinary_user_gets_the_tree_with_his_own_ownership()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run(Ordinary, "get", SampleStore.First, sample.Temporary["out"]);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("imagesdk: warning IMG7112: ", run.Error);
        Assert.Contains("1 device node left out", run.Error);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var root = DirectoryHandle.Open(sample.Temporary["out"]);
        Assert.Equal(0b111_101_101u, root.Stat().Permissions);
        Assert.Equal("hello, world\n", Read(root, "etc/hello"u8));
        Assert.Equal("odd", Read(root, SampleImage.OddPath.Span[1..]));
        Assert.Equal(Processes.UserId, root.Stat("etc/hello"u8).Uid);
        Assert.Equal(2u, root.Stat("etc/hello"u8).LinkCount);
        Assert.Equal(root.Stat("etc/hello"u8).Inode, root.Stat("etc/hello.link"u8).Inode);
        Assert.Equal(new PosixTime(1_700_000_000, 5), root.Stat("etc/hello"u8).Mtime);
        Assert.Equal("hello"u8.ToArray(), root.ReadLink("etc/link"u8));
        Assert.Equal(0b111_101_101u, root.Stat("bin/su"u8).Permissions);
        Assert.Equal(0u, root.Stat("locked"u8).Permissions);
        Assert.Equal(0ul, root.Stat("etc/computed"u8).Size);
        Assert.Null(root.TryStat("dev/null"u8));
        Assert.Equal(["out", "store"], sample.Temporary.Names());
    }

    [RootFact]
    public void Root_gets_owners_and_set_uid_bits()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.Store.Images.Get(SampleStore.First)!;
        // Devices need more than to be root where the machine is a container.
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Remove("/dev/null");
        sample.Store.Images.Add("plain", image with { FileSystem = builder.Build() });
        var run = sample.Run("get", "plain", sample.Temporary["out"], "--owners");
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        using var root = DirectoryHandle.Open(sample.Temporary["out"]);
        Assert.Equal((7u, 8u), (root.Stat("etc/hello"u8).Uid, root.Stat("etc/hello"u8).Gid));
        Assert.Equal(InodeMode.SetUid | 0b111_101_101, root.Stat("bin/su"u8).Permissions);
    }

    [Fact]
    public void An_image_file_needs_objects_only()
    {
        using var sample = SampleStore.WithTwoImages();
        File.Move(Path.Combine(sample.Store.Images.Directory, SampleStore.First), sample.Temporary["x.image"]);
        string[] arguments = ["get", sample.Temporary["x.image"], sample.Temporary["out"], "--image-dir", sample.Temporary["none"]];
        var run = CommandRun.Start(Ordinary, [.. arguments, "--object-dir", sample.Temporary["none"]]);
        run.AssertError("IMG7107");
        Assert.Contains("publish the image first", run.Error);
        Assert.Equal(0, CommandRun.Start(Ordinary, [.. arguments, "--object-dir", sample.Store.Objects.Directory]).ExitCode);
        Assert.True(File.Exists(sample.Temporary["out/etc/hello"]));
    }

    [Fact]
    public void Json_says_what_was_done()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run(Ordinary, "get", "base/hello", sample.Temporary["out"], "--json");
        var result = System.Text.Json.JsonDocument.Parse(run.OutputBytes).RootElement;
        Assert.Equal(SampleStore.Second, result.GetProperty("image").GetString());
        Assert.Equal(sample.Temporary["out"], result.GetProperty("directory").GetString());
        Assert.False(result.GetProperty("ownersSet").GetBoolean());
        Assert.Equal(1, result.GetProperty("devicesLeftOut").GetInt32());
    }

    [Fact]
    public void An_empty_directory_is_a_target_and_keeps_nothing_of_its_own()
    {
        using var sample = SampleStore.WithTwoImages();
        Directory.CreateDirectory(sample.Temporary["out"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(sample.Temporary["link"], "out");
        Assert.Equal(0, sample.Run(Ordinary, "get", SampleStore.First, sample.Temporary["link"] + "/").ExitCode);
        Assert.True(File.Exists(sample.Temporary["out/etc/hello"]));
        Assert.Equal(["link", "out", "store"], sample.Temporary.Names());
    }

    [Fact]
    public void What_is_there_is_replaced_only_by_force()
    {
        using var sample = SampleStore.WithTwoImages();
        var output = sample.Temporary["out"];
        Directory.CreateDirectory(output);
        File.WriteAllText(Path.Combine(output, "mine"), "precious");
        sample.Run(Ordinary, "get", SampleStore.First, output).AssertError("IMG7106");
        Assert.Equal("precious", File.ReadAllText(Path.Combine(output, "mine")));
        Assert.Equal(0, sample.Run(Ordinary, "get", SampleStore.First, output, "--force").ExitCode);
        Assert.False(File.Exists(Path.Combine(output, "mine")));
        Assert.True(File.Exists(Path.Combine(output, "etc/hello")));
        Assert.Equal(["out", "store"], sample.Temporary.Names());
    }

    [Theory]
    [InlineData("store/file")]
    [InlineData("no/such/parent")]
    [InlineData("dangling")]
    public void A_target_that_cannot_be_is_an_error(string target)
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(sample.Temporary["store/file"], "");
        File.CreateSymbolicLink(sample.Temporary["dangling"], "nowhere");
        foreach (var arguments in (string[][])[[], ["--force"]])
            sample.Run(["get", SampleStore.First, sample.Temporary[target], .. arguments]).AssertError("IMG7106");
        sample.Run("get", SampleStore.First, "").AssertError("IMG7106");
        sample.Run("get", SampleStore.First, "/", "--force").AssertError("IMG7106");
    }

    [Fact]
    public void Owners_are_for_root()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run(Ordinary, "get", SampleStore.First, sample.Temporary["out"], "--owners").AssertError("IMG7109");
        Assert.False(Path.Exists(sample.Temporary["out"]));
    }

    [Fact]
    public void A_missing_object_is_found_before_anything_is_written()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Store.Objects.Remove(ObjectHash.Of("inside"u8));
        var run = sample.Run("get", SampleStore.First, sample.Temporary["out"]);
        run.AssertError("IMG7107");
        Assert.Contains(ObjectHash.Of("inside"u8).ToString(), run.Error);
        Assert.Equal(["store"], sample.Temporary.Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_object_leaves_nothing_half_written(bool isThere)
    {
        using var sample = SampleStore.WithTwoImages();
        // The last file of all, below a directory without permissions.
        File.WriteAllText(sample.Store.Objects.GetPath(ObjectHash.Of("inside"u8)), "INSIDE");
        if (isThere)
        {
            Directory.CreateDirectory(sample.Temporary["out"]);
            File.WriteAllText(sample.Temporary["out/mine"], "precious");
        }
        var run = sample.Run(Ordinary, "get", SampleStore.First, sample.Temporary["out"], "--force");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("imagesdk: error IMG7108: ", run.Error);
        Assert.Equal(isThere ? ["out", "store"] : ["store"], sample.Temporary.Names());
        if (isThere)
            Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(sample.Temporary["out"]).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void Cancelling_leaves_nothing()
    {
        using var sample = SampleStore.WithTwoImages();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var run = sample.Run(Ordinary with { Cancellation = cancellation.Token }, "get", SampleStore.First, sample.Temporary["out"]);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("imagesdk: cancelled\n", run.Error);
        Assert.Equal(["store"], sample.Temporary.Names());
    }

    static string Read(DirectoryHandle root, ReadOnlySpan<byte> path)
    {
        using var file = root.OpenRead(path);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

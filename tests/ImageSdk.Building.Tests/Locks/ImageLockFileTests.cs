using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;

namespace ImageSdk.Building.Tests.Locks;

public sealed class ImageLockFileTests : IDisposable
{
    readonly string file = Path.Combine(Path.GetTempPath(), $"imagesdk-lock-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(file);

    internal static LockedPackage Package(string name, string version = "1:1.0+b1~x", string architecture = "amd64") =>
        new(name, version, architecture, new string('a', 64), 1234, $"http://example.com/pool/{name}.deb");

    static ImageLock Sample() => new()
    {
        Architecture = "amd64",
        Source = new(LockedSourceType.Bootstrap, "debian bookworm minbase"),
        Bootstrap = new(["dpkg", "libc6"], [["--unpack", "less.deb"], ["--configure", "less"]], ["less"], [Package("dpkg"), Package("less"), Package("libc6")]),
        Install = new(["nginx", "git=1:2*"], new string('b', 64), [new(["nginx"], ["unpack less nginx", "configure less nginx"])], ["less"], [Package("less", "2"), Package("nginx")]),
    };

    [Fact]
    public void A_lock_is_read_as_it_was_written()
    {
        ImageLockFile.Write(file, Sample());
        var read = ImageLockFile.Read(file);
        Assert.Equal(ImageLockFile.Format(Sample()), ImageLockFile.Format(read));
        Assert.Equal(["dpkg", "less", "libc6", "nginx"], read.Packages.Select(package => package.Name));
        Assert.Equal("2", read.Packages.Single(package => package.Name == "less").Version);
        Assert.Null(read.Source.TreeHash);
    }

    [Fact]
    public void Each_package_has_a_line_of_its_own()
    {
        ImageLockFile.Write(file, Sample());
        Assert.Equal(5, File.ReadAllLines(file).Count(line => line.Contains("\"sha256\":\"aaaa") && line.Contains("1.0+b1~x") | line.Contains("\"2\"")));
    }

    [Fact]
    public void A_lock_that_says_the_same_is_not_written_again()
    {
        Assert.True(ImageLockFile.Write(file, Sample()));
        Assert.False(ImageLockFile.Write(file, Sample()));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "of version 2")]
    [InlineData("\"name\":\"dpkg\"", "\"name\":\"../dpkg\"", "../dpkg")]
    [InlineData("\"name\":\"dpkg\"", "\"name\":\"less\"", "less twice")]
    [InlineData("\"sha256\":\"aaaa", "\"sha256\":\"AAAA", "package that cannot be")]
    [InlineData("\"size\":1234", "\"size\":-1", "package that cannot be")]
    [InlineData("\"for\":[\"nginx\"]", "\"for\":null", "not complete")]
    [InlineData("\"architecture\": \"amd64\",\n", "", "not valid")]
    [InlineData("{\n", "{{\n", "not valid")]
    [InlineData("\"Bootstrap\"", "\"Nothing\"", "not valid")]
    public void What_is_no_lock_is_refused(string written, string damaged, string said)
    {
        var text = ImageLockFile.Format(Sample());
        Assert.Contains(written, text);
        var at = text.IndexOf(written, StringComparison.Ordinal);
        File.WriteAllText(file, text[..at] + damaged + text[(at + written.Length)..]);
        var error = Assert.Throws<BuildException>(() => ImageLockFile.Read(file)).Diagnostic;
        Assert.Equal(("IMG4021", file), (error.Code, error.File));
        Assert.Contains(said, error.Message);
    }
}

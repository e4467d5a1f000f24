using ImageSdk.ImageService.Artifacts;

namespace ImageSdk.ImageService.Tests.Artifacts;

/// <summary>Signed addresses of the service itself.</summary>
public sealed class SignedPathsTests : IDisposable
{
    static readonly DateTimeOffset now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    static readonly ArtifactPath path = new("boot-images", "7/é ü&?/rootfs");

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk signed ").FullName;

    string KeyFile => Path.Combine(folder, "key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static (string Expires, string Signature) Parse(string address)
    {
        var query = System.Web.HttpUtility.ParseQueryString(address[address.IndexOf('?', StringComparison.Ordinal)..]);
        return (query["expires"]!, query["signature"]!);
    }

    [Fact]
    public void One_holds_for_its_object_and_its_use_until_it_expires()
    {
        var paths = SignedPaths.Open(KeyFile);
        var (expires, signature) = Parse(paths.Sign(path, SignedUse.Fetch, now.AddHours(1)));

        Assert.True(paths.Holds(path, SignedUse.Fetch, expires, signature, now));
        Assert.True(paths.Holds(path, SignedUse.Fetch, expires, signature, now.AddMinutes(59)));
        Assert.False(paths.Holds(path, SignedUse.Fetch, expires, signature, now.AddHours(1)));
        Assert.False(paths.Holds(path, SignedUse.Put, expires, signature, now));
        Assert.False(paths.Holds(path with { Key = "7/other" }, SignedUse.Fetch, expires, signature, now));
        Assert.False(paths.Holds(path with { Bucket = "ims" }, SignedUse.Fetch, expires, signature, now));
        Assert.False(paths.Holds(path, SignedUse.Fetch, $"{long.Parse(expires) + 1}", signature, now));
        Assert.False(paths.Holds(path, SignedUse.Fetch, null, null, now));
        Assert.False(paths.Holds(path, SignedUse.Fetch, "soon", signature, now));
    }

    [Fact]
    public void The_key_is_kept_and_is_no_one_elses_to_read()
    {
        var (expires, signature) = Parse(SignedPaths.Open(KeyFile).Sign(path, SignedUse.Put, now.AddHours(1)));

        Assert.True(SignedPaths.Open(KeyFile).Holds(path, SignedUse.Put, expires, signature, now));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.False(SignedPaths.Open(Path.Combine(folder, "other")).Holds(path, SignedUse.Put, expires, signature, now));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void A_damaged_key_is_reported()
    {
        File.WriteAllText(KeyFile, "short");
        Assert.Contains(KeyFile, Assert.Throws<IOException>(() => SignedPaths.Open(KeyFile)).Message);
    }
}

using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>What a project says of a download, against what a server has: digests, lists of them, and signatures.</summary>
public sealed class SourceDownloaderTests : IClassFixture<SourceDownloaderTests.Keys>, IDisposable
{
    public sealed class Keys : IDisposable
    {
        readonly string home = Directory.CreateTempSubdirectory("imagesdk-keys-").FullName;

        public Keys()
        {
            foreach (var name in new[] { "good", "other" })
                Gpg("--passphrase", "", "--quick-gen-key", $"{name}@example.org", "default", "default", "never");
            Gpg("--passphrase", "", "--faked-system-time", "20200101T000000", "--quick-gen-key", "old@example.org", "default", "default", "1d");
        }

        public byte[] Export(string name, bool armored) => Make(output => [.. armored ? new[] { "--armor" } : [], "--output", output, "--export", $"{name}@example.org"], "");

        public byte[] Sign(string text, string kind, string name, params string[] options) =>
            Make(output => [.. options, "--local-user", $"{name}@example.org", "--output", output, kind, Path.Combine(home, "text")], text);

        byte[] Make(Func<string, string[]> arguments, string text)
        {
            var output = Path.Combine(home, "output");
            File.Delete(output);
            File.WriteAllText(Path.Combine(home, "text"), text);
            Gpg(arguments(output));
            return File.ReadAllBytes(output);
        }

        void Gpg(params string[] arguments) => SamplePackage.Run("gpg", ["--homedir", home, "--batch", "--quiet", .. arguments]);

        public void Dispose()
        {
            SamplePackage.Run("gpgconf", ["--homedir", home, "--kill", "all"]);
            Directory.Delete(home, recursive: true);
        }
    }

    const string Name = "disk image.qcow2";

    readonly Keys keys;
    readonly string folder = TestHost.NewFolder();
    readonly ContentServer server = new();
    readonly RecordingListener listener = new();
    readonly byte[] content = RandomNumberGenerator.GetBytes(5000);

    public SourceDownloaderTests(Keys keys)
    {
        this.keys = keys;
        server.Contents[Name] = content;
    }

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string Sha256 => Convert.ToHexStringLower(SHA256.HashData(content));

    string Sums => $"{new string('0', 64)}  another.qcow2\n{Sha256} *{Name}\n";

    async Task<string> ResolveAsync(SourceDownload download)
    {
        Assert.Null(SourceDownloader.Check(download, "p"));
        using var downloader = new SourceDownloader(new LayerStore(Path.Combine(folder, "cache"), Posix.Processes.UserId), "amd64", listener, null, []);
        var digest = await downloader.ResolveAsync(download, CancellationToken.None);
        Assert.Equal(content, File.ReadAllBytes(Assert.Single(await downloader.FetchAsync(download, digest, CancellationToken.None))));
        return digest.ToString();
    }

    async Task<string> FailAsync(string code, SourceDownload download)
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => ResolveAsync(download));
        Assert.Equal(code, error.Diagnostic.Code);
        return error.Message;
    }

    SourceDownload Download => new(server.Address(Name));

    SourceDownload Signed(string key = "good", bool armored = false)
    {
        var file = Path.Combine(folder, "a key.gpg");
        File.WriteAllBytes(file, keys.Export(key, armored));
        return Download with { Checksums = "SHA256SUMS", KeyFile = file };
    }

    void Serve(string name, byte[] value) => server.Contents[name] = value;

    [Fact]
    public async Task A_digest_is_taken_at_its_word()
    {
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Download with { Digest = $"SHA256:{Sha256.ToUpperInvariant()}" }));
        Assert.Single(server.Requests);
        await FailAsync("IMG2262", Download with { Digest = $"sha256:{new string('1', 64)}" });
        Assert.Empty(listener.Warnings);
        server.Contents.Clear();
        Assert.Contains("404", await FailAsync("IMG2261", Download with { Digest = $"sha256:{new string('2', 64)}" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_without_a_digest_is_a_warning()
    {
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Download));
        Assert.Equal("IMG2265", Assert.Single(listener.Warnings).Code);
        server.Dispose();
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Download));
        Assert.Equal(["IMG2265", "IMG2265", "IMG2266"], listener.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public async Task Lists_of_digests_are_read_as_they_are_written()
    {
        Serve("SHA256SUMS", Encoding.UTF8.GetBytes(Sums));
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Download with { Checksums = "SHA256SUMS" }));
        Serve("sums", Encoding.UTF8.GetBytes($"# {Name}\r\nSHA512 ({Name}) = {Convert.ToHexString(SHA512.HashData(content))}\r\nMD5 ({Name}) = {new string('0', 32)}\r\n"));
        Assert.StartsWith("sha512:", await ResolveAsync(Download with { Checksums = server.Address("sums") }), StringComparison.Ordinal);
        Assert.Empty(listener.Warnings);
        Serve("none", Encoding.UTF8.GetBytes($"{Sha256}  {Name}.old\n"));
        Assert.Contains(Name, await FailAsync("IMG2263", Download with { Checksums = "none" }), StringComparison.Ordinal);
        Serve("two", Encoding.UTF8.GetBytes($"{Sums}{new string('1', 64)}  ./{Name}\n"));
        await FailAsync("IMG2263", Download with { Checksums = "two" });
        await FailAsync("IMG2261", Download with { Checksums = "missing" });
    }

    [Theory]
    [InlineData(".gpg", "--detach-sign", true)]
    [InlineData(".asc", "--detach-sign", false)]
    [InlineData(".sign", "--detach-sign", true)]
    [InlineData("", "--clearsign", false)]
    public async Task A_signature_by_the_key_is_accepted(string ending, string kind, bool armored)
    {
        Serve("SHA256SUMS", Encoding.UTF8.GetBytes(Sums));
        Serve("SHA256SUMS" + ending, keys.Sign(Sums, kind, "good", armored ? [] : ["--armor"]));
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Signed(armored: armored)));
    }

    [Fact]
    public async Task Every_other_signature_is_refused()
    {
        Serve("SHA256SUMS", Encoding.UTF8.GetBytes(Sums));
        Assert.Contains(".gpg", await FailAsync("IMG2264", Signed()), StringComparison.Ordinal);
        Serve("SHA256SUMS.gpg", keys.Sign(Sums, "--detach-sign", "other"));
        Assert.Contains("another key", await FailAsync("IMG2264", Signed()), StringComparison.Ordinal);
        Serve("SHA256SUMS.gpg", keys.Sign(Sums + "more", "--detach-sign", "good"));
        Assert.Contains("not of this text", await FailAsync("IMG2264", Signed()), StringComparison.Ordinal);
        Serve("SHA256SUMS.gpg", keys.Sign(Sums, "--detach-sign", "old", "--faked-system-time", "20200101T120000"));
        Assert.Contains("expired", await FailAsync("IMG2264", Signed("old")), StringComparison.Ordinal);
        Serve("SHA256SUMS.gpg", "no signature"u8.ToArray());
        await FailAsync("IMG2264", Signed());
        var key = Signed();
        File.WriteAllText(key.KeyFile, "no key");
        Assert.Contains(key.KeyFile, await FailAsync("IMG2264", key), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_around_an_inline_signature_counts_for_nothing()
    {
        var forged = $"{new string('1', 64)}  {Name}\n";
        Serve("SHA256SUMS", [.. keys.Sign("nothing\n", "--clearsign", "good"), .. Encoding.UTF8.GetBytes(Sums)]);
        await FailAsync("IMG2263", Signed());
        Serve("SHA256SUMS", [.. keys.Sign(Sums, "--clearsign", "good"), .. Encoding.UTF8.GetBytes(forged)]);
        Assert.Equal($"sha256:{Sha256}", await ResolveAsync(Signed()));
    }

    [Theory]
    [InlineData("IMG1390", "ftp://host/x")]
    [InlineData("IMG1390", "disk.qcow2")]
    [InlineData("IMG1390", "http:///x")]
    [InlineData("IMG1391", "http://host/x", "md5:0123")]
    [InlineData("IMG1391", "http://host/x", "sha256:0123")]
    [InlineData("IMG1391", "http://host/x", "sha512:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("IMG1390", "http://host/x", "", "ftp://host/SHA256SUMS")]
    [InlineData("IMG1392", "http://host/x", "sha256:0000000000000000000000000000000000000000000000000000000000000000", "SHA256SUMS")]
    [InlineData("IMG1392", "http://host/x", "", "", "key.gpg")]
    public void What_a_project_says_is_checked_before_anything_is_fetched(string code, string url, string digest = "", string checksums = "", string key = "") =>
        Assert.Equal(code, SourceDownloader.Check(new(url) { Digest = digest, Checksums = checksums, KeyFile = key }, "p")?.Code);
}

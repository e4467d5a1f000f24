using System.Net;
using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Debian.Fetching;
using ImageSdk.Layers;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;

namespace ImageSdk.Building.Tests.DebianPackages;

public sealed class PackageFetcherTests : IDisposable
{
    readonly string folder = TestHost.NewFolder();
    readonly LayerStore layers;
    readonly PackageStore store;
    readonly string temporary;

    public PackageFetcherTests()
    {
        layers = new LayerStore(Path.Combine(folder, "cache"), 0);
        store = new PackageStore(layers);
        temporary = Path.Combine(folder, "cache", "session");
        Directory.CreateDirectory(temporary);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Task<IReadOnlyList<CachedPackage>> FetchAsync(params DebianPackage[] packages) =>
        new PackageFetcher(layers, temporary, new RecordingListener(), ExpansionLimit.Default).FetchAsync(packages, CancellationToken.None);

    async Task<Diagnostic> FailAsync(params DebianPackage[] packages)
    {
        var diagnostic = (await Assert.ThrowsAsync<BuildException>(() => FetchAsync(packages))).Diagnostic;
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
        Assert.False(Directory.Exists(store.PackagesDirectory) && packages.Any(package => Directory.Exists(store.DirectoryOf(package.Sha256))));
        return diagnostic;
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("gzip")]
    [InlineData("none")]
    public async Task A_package_is_kept_without_its_compression_and_is_the_same_to_dpkg(string compression)
    {
        var package = SamplePackage.Make(folder, "sample", compression);
        var cached = Assert.Single(await FetchAsync(package));
        using (var file = File.OpenRead(cached.File))
            Assert.Equal(["debian-binary", "control.tar", "data.tar"], DebArchive.ReadMembers(file).Select(member => member.Name));
        Assert.Equal("sample_1%3a2.0-1_all.deb", Path.GetFileName(cached.File));
        foreach (var part in new[] { "--ctrl-tarfile", "--fsys-tarfile" })
            Assert.Equal(SamplePackage.Run("dpkg-deb", part, SamplePackage.PathOf(package)), SamplePackage.Run("dpkg-deb", part, cached.File));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
        File.Delete(SamplePackage.PathOf(package));
        Assert.Equal(cached, Assert.Single(await FetchAsync(package)));
    }

    /// <summary>Stages of several projects may run in one process.</summary>
    [Fact]
    public async Task Each_has_the_limit_of_its_own_project()
    {
        var packages = Enumerable.Range(0, 8).Select(number => SamplePackage.Make(folder, $"sample{number}", "gzip")).ToArray();
        await Task.WhenAll(packages.Select(async (package, number) =>
        {
            var fetcher = new PackageFetcher(layers, temporary, new RecordingListener(), new ExpansionLimit(number % 2 == 0 ? 10_000 : 10_000_000, 0));
            var fetching = fetcher.FetchAsync([package], CancellationToken.None);
            if (number % 2 == 0)
                Assert.Equal("IMG2260", (await Assert.ThrowsAsync<BuildException>(() => fetching)).Diagnostic.Code);
            else
                Assert.Single(await fetching);
        }));
    }

    [Fact]
    public async Task Packages_come_over_http_in_the_order_of_the_list()
    {
        var packages = Enumerable.Range(0, 12).Select(number => SamplePackage.Make(folder, $"sample{number}", "gzip")).ToArray();
        using var server = new HttpListener();
        var port = 20000 + Environment.ProcessId % 20000;
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var served = Task.Run(async () =>
        {
            for (var count = 0; count < packages.Length; count++)
            {
                var request = await server.GetContextAsync();
                await request.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(SamplePackage.PathOf(packages[int.Parse(request.Request.Url!.AbsolutePath[1..])])));
                request.Response.Close();
            }
            var last = await server.GetContextAsync();
            last.Response.StatusCode = 404;
            last.Response.Close();
        });
        var remote = packages.Select((package, number) => package with { Uri = $"http://127.0.0.1:{port}/{number}" }).ToArray();
        Assert.Equal(remote, (await FetchAsync(remote)).Select(cached => cached.Package));
        var gone = await FailAsync(remote[0] with { Sha256 = new string('0', 64) });
        Assert.Equal("IMG4010", gone.Code);
        Assert.Contains("404", gone.Message);
        await served;
    }

    [Fact]
    public async Task What_is_not_what_the_list_says_is_refused_and_leaves_nothing()
    {
        var package = SamplePackage.Make(folder, "sample", "xz");
        foreach (var wrong in new[] { package with { Size = package.Size - 1 }, package with { Size = package.Size + 1 }, package with { Sha256 = new string('a', 64) } })
            Assert.Equal("IMG4011", (await FailAsync(wrong)).Code);
        Assert.Equal("IMG4010", (await FailAsync(package with { Uri = "file:///no/such/file" })).Code);
        Assert.Equal("IMG4010", (await FailAsync(package with { Uri = "cdrom://disc/sample.deb" })).Code);
    }

    [Fact]
    public async Task What_is_no_package_is_refused_and_leaves_nothing()
    {
        var file = Path.Combine(folder, "sample.deb");
        File.WriteAllText(file, "no package");
        Assert.Equal("IMG4012", (await FailAsync(SamplePackage.Describe("sample", "1", file))).Code);
        var package = SamplePackage.Make(folder, "cut", "xz");
        var bytes = File.ReadAllBytes(SamplePackage.PathOf(package));
        bytes.AsSpan(bytes.Length - 200).Fill(0xFF);
        File.WriteAllBytes(file, bytes);
        Assert.Equal("IMG4012", (await FailAsync(SamplePackage.Describe("cut", "1", file))).Code);
    }

    [Fact]
    public async Task A_damaged_entry_is_fetched_anew()
    {
        var package = SamplePackage.Make(folder, "sample", "xz");
        var cached = Assert.Single(await FetchAsync(package));
        var whole = File.ReadAllBytes(cached.File);
        File.WriteAllBytes(cached.File, whole[..1000]);
        Assert.Null(store.Find(package));
        Assert.Equal(cached, Assert.Single(await FetchAsync(package)));
        Assert.Equal(whole, File.ReadAllBytes(cached.File));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }

    [Fact]
    public async Task Two_builds_at_once_share_what_they_fetch()
    {
        var packages = Enumerable.Range(0, 6).Select(number => SamplePackage.Make(folder, $"sample{number}", "xz")).ToArray();
        var both = await Task.WhenAll(FetchAsync(packages), FetchAsync([.. packages.Reverse()]));
        Assert.Equal(both[0], both[1].Reverse());
        Assert.All(both[0], cached => Assert.True(File.Exists(cached.File)));
        Assert.Equal(6, Directory.GetDirectories(store.PackagesDirectory).Length);
    }
}

using System.Security.Cryptography;
using ImageSdk.Building.Downloads;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>Downloads from servers that break off, lie and change.</summary>
public sealed class DownloaderTests : IDisposable
{
    const string Name = "a disk ü.qcow2";

    readonly string folder = TestHost.NewFolder();
    readonly ContentServer server = new();
    readonly ContentSource source = new();
    readonly List<DownloadProgress> progress = [];
    readonly byte[] content = RandomNumberGenerator.GetBytes(300_000);
    readonly LayerStore layers;
    readonly DownloadStore store;

    public DownloaderTests()
    {
        layers = new(folder, Posix.Processes.UserId);
        store = new(layers);
        server.Contents[Name] = content;
    }

    public void Dispose()
    {
        source.Dispose();
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    Downloader NewDownloader(Action? waiting = null) => new(store, source, progress.Add, waiting ?? (() => { }));

    Uri Address => new(server.Address(Name));

    static ContentDigest DigestOf(byte[] content) => new("sha256", Convert.ToHexStringLower(SHA256.HashData(content)));

    Task<Downloaded> FetchAsync(byte[]? expected = null) => NewDownloader().FetchAsync(Address, DigestOf(expected ?? content), CancellationToken.None);

    async Task<DownloadException> FailAsync(byte[]? expected = null) => await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(expected));

    void NothingIsLeft() => Assert.DoesNotContain(Directory.EnumerateDirectories(store.Root), directory => Path.GetFileName(directory).StartsWith("sha", StringComparison.Ordinal) || Path.GetFileName(directory).StartsWith("new-", StringComparison.Ordinal));

    [Theory]
    [InlineData("https://host/a.img?version=2", "https://host/a.img?version=2")]
    [InlineData("https://me:secret@host/a.img?version=2", "https://host/a.img?version=2")]
    [InlineData("https://host/b/a%20b.img?X-Amz-Expires=9&X-Amz-Signature=secret", "https://host/b/a%20b.img")]
    [InlineData("https://host/a.img?sp=r&sig=secret", "https://host/a.img")]
    [InlineData("https://host/a.img?temp_url_sig=secret&temp_url_expires=1", "https://host/a.img")]
    public void What_permits_a_download_is_not_shown(string address, string shown) => Assert.Equal(shown, Downloader.Show(new(address)));

    [Fact]
    public async Task A_content_is_fetched_once_and_known_by_its_digest()
    {
        var fetched = await FetchAsync();
        Assert.Equal(content, File.ReadAllBytes(fetched.File));
        Assert.Equal(Name, Path.GetFileName(fetched.File));
        Assert.Equal(new(Name, content.Length, content.Length), progress[^1]);
        server.Dispose();
        Assert.Equal(fetched.File, (await FetchAsync()).File);
        Assert.Single(server.Requests);
        var sha512 = new ContentDigest("sha512", Convert.ToHexStringLower(SHA512.HashData(content)));
        var file = Path.Combine(folder, "a file %41");
        File.WriteAllBytes(file, content);
        Assert.Equal(content, File.ReadAllBytes((await NewDownloader().FetchAsync(new("file://" + file.Replace("%", "%25")), sha512, CancellationToken.None)).File));
    }

    [Fact]
    public async Task A_content_that_was_damaged_in_the_cache_is_fetched_again()
    {
        var fetched = await FetchAsync();
        File.WriteAllText(fetched.File, "damaged");
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        server.Cuts.Enqueue(100_000);
        server.Cuts.Enqueue(50_000);
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
        Assert.Equal([Name, $"{Name} bytes=100000-", $"{Name} bytes=150000-"], server.Requests);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_server_without_parts_is_asked_for_the_whole_again(bool hasVersions, bool lies)
    {
        (server.HasRanges, server.HasVersions, server.LiesAboutRanges) = (lies, hasVersions, lies);
        server.Cuts.Enqueue(100_000);
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
    }

    [Fact]
    public async Task A_content_that_changed_between_two_parts_is_fetched_whole()
    {
        server.Contents[Name] = RandomNumberGenerator.GetBytes(300_000);
        server.Cuts.Enqueue(100_000);
        using var cancelled = new CancellationTokenSource();
        server.Failures.Enqueue(503);
        var first = NewDownloader().FetchAsync(Address, DigestOf(content), cancelled.Token);
        while (server.Requests.Count < 2)
            await Task.Delay(10);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        NothingIsLeft();
        server.Contents[Name] = content;
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
    }

    [Fact]
    public async Task A_download_that_was_cancelled_goes_on_with_the_next_build()
    {
        server.Gate = new();
        using var cancelled = new CancellationTokenSource();
        var first = NewDownloader().FetchAsync(Address, DigestOf(content), cancelled.Token);
        var key = DownloadStore.KeyOf(DigestOf(content).ToString());
        while (!File.Exists(Path.Combine(store.Root, $"part-{key}", "data")) || new FileInfo(Path.Combine(store.Root, $"part-{key}", "data")).Length == 0)
            await Task.Delay(10);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        server.Gate.SetResult();
        server.Gate = null;
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
        Assert.Contains($"{Name} bytes=1-", server.Requests);
    }

    [Fact]
    public async Task Another_content_than_the_expected_one_is_refused()
    {
        var error = await FailAsync(expected: [1, 2, 3]);
        Assert.Equal(DownloadFault.WrongContent, error.Fault);
        Assert.Contains(DigestOf(content).Hex, error.Message, StringComparison.Ordinal);
        Assert.Contains(DigestOf([1, 2, 3]).Hex, error.Message, StringComparison.Ordinal);
        NothingIsLeft();
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(403, 1)]
    [InlineData(500, 5)]
    public async Task A_server_that_refuses_is_one_error(int status, int requests)
    {
        for (var i = 0; i < requests; i++)
            server.Failures.Enqueue(status);
        var error = await FailAsync();
        Assert.Equal(DownloadFault.Unavailable, error.Fault);
        Assert.Contains($"{status}", error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, server.Requests.Count);
        Assert.Equal(content, File.ReadAllBytes((await FetchAsync()).File));
    }

    [Fact]
    public async Task Redirects_are_followed_and_passwords_shown_nowhere()
    {
        server.Redirects["elsewhere"] = server.Address(Name);
        var fetched = await NewDownloader().FetchAsync(new(server.Address("elsewhere")), DigestOf(content), CancellationToken.None);
        Assert.Equal("elsewhere", Path.GetFileName(fetched.File));

        server.Credentials = "me:se cret";
        var address = new Uri($"http://me:se%20cret@127.0.0.1:{server.Port}/{Uri.EscapeDataString(Name)}");
        Assert.Equal(content, File.ReadAllBytes((await NewDownloader().FetchLatestAsync(address, CancellationToken.None)).File));
        var error = await Assert.ThrowsAsync<DownloadException>(() => NewDownloader().FetchLatestAsync(new($"http://me:wrong@127.0.0.1:{server.Port}/x"), CancellationToken.None));
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
        Assert.Contains("401", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Builds_at_the_same_time_fetch_a_content_once()
    {
        server.Gate = new();
        var waited = 0;
        var fetches = Enumerable.Range(0, 4).Select(_ => NewDownloader(() => Interlocked.Increment(ref waited)).FetchAsync(Address, DigestOf(content), CancellationToken.None)).ToList();
        while (waited < 3)
            await Task.Delay(10);
        server.Gate.SetResult();
        Assert.Single((await Task.WhenAll(fetches)).Select(fetched => fetched.File).Distinct());
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_same_content_at_another_address_leaves_what_a_build_reads()
    {
        server.Contents["another name"] = content;
        var first = await NewDownloader().FetchLatestAsync(Address, CancellationToken.None);
        var second = await NewDownloader().FetchLatestAsync(new(server.Address("another name")), CancellationToken.None);
        Assert.Equal(first.File, second.File);
        Assert.Equal(content, File.ReadAllBytes(first.File));
        // Each address is known by itself.
        Assert.Equal(first.File, (await NewDownloader().FetchLatestAsync(Address, CancellationToken.None)).File);
        Assert.Single(Directory.EnumerateDirectories(store.Root), directory => Path.GetFileName(directory).StartsWith("sha256-", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateDirectories(store.Root), directory => Path.GetFileName(directory).StartsWith("new-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_is_asked_whether_its_content_has_changed()
    {
        var first = await NewDownloader().FetchLatestAsync(Address, CancellationToken.None);
        Assert.Equal(DigestOf(content), first.Digest);
        Assert.Equal(first, await NewDownloader().FetchLatestAsync(Address, CancellationToken.None));
        byte[] other = [.. content, 1];
        server.Contents[Name] = other;
        var second = await NewDownloader().FetchLatestAsync(Address, CancellationToken.None);
        Assert.Equal(other, File.ReadAllBytes(second.File));
        for (var i = 0; i < 5; i++)
            server.Failures.Enqueue(503);
        var third = await NewDownloader().FetchLatestAsync(Address, CancellationToken.None);
        Assert.Equal(second.File, third.File);
        Assert.Contains("503", third.Fault, StringComparison.Ordinal);
        server.HasVersions = false;
        server.Contents["without"] = content;
        var requests = server.Requests.Count;
        await NewDownloader().FetchLatestAsync(new(server.Address("without")), CancellationToken.None);
        Assert.Null((await NewDownloader().FetchLatestAsync(new(server.Address("without")), CancellationToken.None)).Fault);
        Assert.Equal(requests + 2, server.Requests.Count);
    }

    [Fact]
    public async Task Downloads_are_in_the_list_of_the_cache()
    {
        await FetchAsync();
        server.Cuts.Enqueue(10);
        for (var i = 0; i < 5; i++)
            server.Failures.Enqueue(404);
        var care = new DownloadCare(layers);
        var listed = Assert.Single(care.List());
        Assert.Equal((Name, (ulong)content.Length, null), (listed.Title, listed.Size, listed.Fault));
        Assert.Empty(care.FindFaults(content: true));
        File.WriteAllText(store.Find(DigestOf(content))!, "damaged");
        Assert.Empty(care.FindFaults(content: false));
        Assert.Equal(listed.Id, Assert.Single(care.FindFaults(content: true)).Layer);
        File.Delete(store.Find(DigestOf(content))!);
        Assert.NotNull(Assert.Single(care.List()).Fault);
    }
}

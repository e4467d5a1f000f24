using System.Security.Cryptography;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Glance;

/// <summary>Uploads to a real Glance: what it gets is what was sent, or nothing.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class ImageUploadTests(TestCloud cloud) : IDisposable
{
    const int Size = 3_000_000;

    readonly TestDirectory folder = new();

    public void Dispose() => folder.Dispose();

    ImageService Open(Uri? glance = null, CollectedLog? log = null, RetryPolicy? retries = null) => new(
        glance is null ? cloud.Settings : cloud.Settings with { Endpoints = new Dictionary<string, Uri> { ["image"] = glance } }, log, retries ?? TestCloud.Retries)
    {
        LostAnswerPatience = TimeSpan.FromSeconds(3),
    };

    static async Task<List<GlanceImage>> ListAsync(ImageService images, string name)
    {
        var found = new List<GlanceImage>();
        await foreach (var image in images.ListAsync(name))
            found.Add(image);
        return found;
    }

    [CloudFact]
    public async Task An_image_arrives_with_all_that_is_said_of_it()
    {
        using var images = Open();
        var file = folder.WriteRandom("disk ü.qcow2", Size);
        var progress = new List<(long Sent, long All)>();
        var made = await images.UploadAsync(new("web ü/2026, \"new\" & in:", "qcow2")
        {
            Visibility = "private", Tags = ["blue", "grün", "blue"], MinimumDisk = 2, MinimumMemory = 512,
            Properties = new Dictionary<string, string> { ["os_distro"] = "debian", ["packages"] = NewImage.ListOf(["a", "b"]) },
        }, file, (sent, all) => progress.Add((sent, all)));
        var stored = await images.GetAsync(made.Id);

        Assert.True(made.IsActive);
        Assert.Equal(("web ü/2026, \"new\" & in:", "active", "private", "qcow2", (long?)Size), (stored!.Name, stored.Status, stored.Visibility, stored.DiskFormat, stored.Size));
        Assert.Equal(["blue", "grün"], stored.Tags.Order(StringComparer.Ordinal));
        Assert.Equal(("debian", "a,b"), (stored.Properties["os_distro"], stored.Properties["packages"]));
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(file))), stored.HashValue);
        Assert.Equal((Size, Size), progress[^1]);
        Assert.Equal(progress.Select(step => step.Sent).Order(), progress.Select(step => step.Sent));
        Assert.Equal($"{cloud.Glance}v2/images/{made.Id}", (await images.LocationOfAsync(made.Id)).AbsoluteUri);
    }

    [CloudFact]
    public async Task An_image_of_the_same_name_and_content_is_found_and_no_other()
    {
        using var images = Open();
        var file = folder.WriteRandom("a.raw", 10_000);
        var made = await images.UploadAsync(new("same", "raw"), file);
        await images.UploadAsync(new("same", "raw"), folder.WriteRandom("b.raw", 10_000, seed: 2));
        await images.UploadAsync(new("other", "raw"), file);

        Assert.Equal(made.Id, (await images.FindSameAsync("same", "raw", file))?.Id);
        Assert.Null(await images.FindSameAsync("same", "qcow2", file));
        Assert.Null(await images.FindSameAsync("same", "raw", folder.WriteRandom("c.raw", 10_000, seed: 3)));
        Assert.Null(await images.FindSameAsync("none", "raw", file));
    }

    [CloudFact]
    public async Task Names_that_Glance_would_read_as_choices_are_found_as_they_are()
    {
        using var images = Open();
        var file = folder.WriteRandom("a.raw", 100);
        foreach (var name in (string[])["in:a,b", "a", "b", "eq:x", "c/2026-11-30:12:00:00"])
            await images.UploadAsync(new(name, "raw"), file);

        foreach (var name in (string[])["in:a,b", "a", "eq:x", "c/2026-11-30:12:00:00"])
            Assert.Equal([name], (await ListAsync(images, name)).Select(image => image.Name));
    }

    [CloudFact]
    public async Task An_empty_file_and_a_download_are_the_same_on_both_sides()
    {
        using var images = Open();
        var empty = await images.UploadAsync(new("empty", "raw"), folder.WriteRandom("empty", 0));
        Assert.Equal(0, empty.Size);

        var file = folder.WriteRandom("disk", Size);
        var made = await images.UploadAsync(new("download", "raw"), file);
        await images.DownloadAsync(made.Id, folder["copy"]);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder["copy"]));

        var absent = await Assert.ThrowsAsync<OpenStackException>(() => images.DownloadAsync(Guid.NewGuid(), folder["none"]));
        Assert.Equal("IMG7466", absent.Code);
        Assert.Equal(["copy", "disk", "empty"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [CloudFact]
    public async Task Properties_are_changed_and_removed()
    {
        using var images = Open();
        var made = await images.UploadAsync(new("change", "raw") { Properties = new Dictionary<string, string> { ["old/~"] = "1", ["kept"] = "2" } }, folder.WriteRandom("a", 10));
        var changed = await images.ChangeAsync(made.Id, new Dictionary<string, string?> { ["old/~"] = null, ["new"] = "3" });

        Assert.Equal("kept=2 new=3", string.Join(' ', changed.Properties.Where(pair => pair.Key != "owner_specified").Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal).Where(text => !text.StartsWith("os_", StringComparison.Ordinal))));
    }

    [CloudFact]
    public async Task A_connection_that_breaks_off_is_made_up_for()
    {
        using var relay = new Relay(cloud.Glance) { CutAfter = Size / 2, Cuts = 2 };
        var log = new CollectedLog();
        using var images = Open(relay.Address, log);
        var made = await images.UploadAsync(new("cut", "raw"), folder.WriteRandom("disk", Size));

        Assert.Equal([made.Id], (await ListAsync(images, "cut")).Select(image => image.Id));
        Assert.Equal(2, log.Lines.Count(line => line.Contains("once more", StringComparison.Ordinal)));
    }

    [CloudFact]
    public async Task An_answer_that_got_lost_is_asked_for()
    {
        using var relay = new Relay(cloud.Glance) { CutAfter = Size, Cuts = 1, LosesAnswers = true };
        var log = new CollectedLog();
        using var images = Open(relay.Address, log);
        var made = await images.UploadAsync(new("lost", "raw"), folder.WriteRandom("disk", Size));

        Assert.Equal([made.Id], (await ListAsync(images, "lost")).Select(image => image.Id));
        Assert.DoesNotContain(log.Lines, line => line.Contains("once more", StringComparison.Ordinal));
    }

    [CloudFact]
    public async Task What_is_damaged_on_its_way_is_deleted_and_sent_again()
    {
        using var relay = new Relay(cloud.Glance) { FlipAt = Size / 2 };
        var log = new CollectedLog();
        using var images = Open(relay.Address, log);
        var file = folder.WriteRandom("disk", Size);
        var made = await images.UploadAsync(new("flipped", "raw"), file);

        Assert.Contains(log.Lines, line => line.Contains("other content than was sent", StringComparison.Ordinal));
        Assert.Equal([made.Id], (await ListAsync(images, "flipped")).Select(image => image.Id));
        Assert.NotNull(await images.FindSameAsync("flipped", "raw", file));
    }

    [CloudFact]
    public async Task A_cancelled_upload_leaves_no_record()
    {
        using var cancellation = new CancellationTokenSource();
        using var relay = new Relay(cloud.Glance) { Passed = passed => { if (passed > Size / 3) cancellation.Cancel(); } };
        using var images = Open(relay.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => images.UploadAsync(new("cancelled", "raw"), folder.WriteRandom("disk", Size), cancellation: cancellation.Token));

        using var direct = Open();
        Assert.Empty(await ListAsync(direct, "cancelled"));
    }

    [CloudFact]
    public async Task What_Glance_refuses_leaves_no_record()
    {
        using var images = Open();
        // Its configuration permits less.
        using (var large = File.Create(folder["large"]))
            large.SetLength(TestCloud.LargestImage + 1);
        var refusal = await Assert.ThrowsAsync<OpenStackException>(() => images.UploadAsync(new("large", "raw"), folder["large"]));
        Assert.Equal("IMG7462", refusal.Code);
        Assert.Contains("413", refusal.Message);
        Assert.Empty(await ListAsync(images, "large"));

        var format = await Assert.ThrowsAsync<OpenStackException>(() => images.UploadAsync(new("format", "floppy"), folder.WriteRandom("a", 10)));
        Assert.Equal("IMG7462", format.Code);
        Assert.Contains("floppy", format.Message);
    }

    [CloudFact]
    public async Task A_file_that_is_gone_or_shrinks_leaves_no_record()
    {
        using var images = Open();
        var gone = await Assert.ThrowsAsync<OpenStackException>(() => images.UploadAsync(new("gone", "raw"), folder["gone"]));
        Assert.Equal("IMG7477", gone.Code);

        var file = folder.WriteRandom("disk", Size);
        var cut = 0;
        using var relay = new Relay(cloud.Glance)
        {
            Passed = passed =>
            {
                if (passed > 1_000_000 && Interlocked.Exchange(ref cut, 1) == 0)
                    ServerProcess.RunAsync(folder.Path, "truncate", "-s", "0", file).GetAwaiter().GetResult();
            },
        };
        using var slow = Open(relay.Address);
        // More than fits into the buffers of a connection.
        using (var growing = File.OpenWrite(file))
            growing.SetLength(60_000_000);
        var shrunk = await Assert.ThrowsAsync<OpenStackException>(() => slow.UploadAsync(new("gone", "raw"), file));
        Assert.Equal("IMG7477", shrunk.Code);
        Assert.Empty(await ListAsync(images, "gone"));
    }

    [CloudFact]
    public async Task A_Glance_that_is_killed_and_started_again_gets_the_image_once()
    {
        var file = folder.WriteRandom("disk", Size);
        var killed = 0;
        using var relay = new Relay(cloud.Glance)
        {
            Passed = passed =>
            {
                if (passed <= Size / 2 || Interlocked.Exchange(ref killed, 1) != 0)
                    return;
                cloud.GlanceServer.KillAsync().GetAwaiter().GetResult();
                cloud.GlanceServer.Start();
            },
        };
        using var images = Open(relay.Address, retries: TestCloud.PatientRetries);
        var made = await images.UploadAsync(new("killed", "raw"), file);

        Assert.Equal(1, killed);
        Assert.Equal([(made.Id, "active")], (await ListAsync(images, "killed")).Select(image => (image.Id, image.Status)));
        Assert.NotNull(await images.FindSameAsync("killed", "raw", file));
    }

    [Theory]
    [InlineData("", "raw", "", "")]
    [InlineData("name", "raw", "secret", "")]
    [InlineData("name", "raw", "", "status")]
    public async Task What_Glance_would_refuse_is_not_sent(string name, string format, string visibility, string property)
    {
        using var images = new ImageService(CloudSettings.Open("image", new($"http://127.0.0.1:{ServerProcess.FreePort()}")), retries: TestCloud.Retries);
        var properties = property.Length > 0 ? new Dictionary<string, string> { [property] = "x" } : [];
        var problem = await Assert.ThrowsAsync<OpenStackException>(() => images.UploadAsync(new(name, format) { Visibility = visibility, Properties = properties }, "/dev/null"));
        Assert.Equal("IMG7475", problem.Code);
    }

    [Fact]
    public void Lists_that_are_too_long_for_a_property_are_cut_between_words()
    {
        var words = Enumerable.Range(0, 10_000).Select(number => $"package-{number}").ToList();
        var text = NewImage.ListOf(words);

        Assert.True(text.Length <= 60_000);
        Assert.EndsWith(",…", text);
        Assert.Subset(words.ToHashSet(), text[..^2].Split(',').ToHashSet());
    }
}

using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests.Replication;

public sealed class ReplicationTests : IAsyncLifetime
{
    TestServer master = null!;
    ImageServerClient images = null!;

    public async Task InitializeAsync()
    {
        master = await TestServer.StartAsync();
        images = await master.ConnectImagesAsync();
        await images.MakeDirectoryAsync("base/sub", makeAll: true);
    }

    public async Task DisposeAsync() => await master.DisposeAsync();

    [Fact]
    public async Task GetsWhatThereIsAndFollowsWhatChanges()
    {
        var notes = master.PutObject("notes");
        var image = master.MakeImage() with { ReleaseNotes = new Annotation(notes), Tags = new Dictionary<string, string> { ["a"] = "b" } };
        await images.AddImageAsync("base/img.0", image);
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img.0"], replica.Images());
        Assert.Equal([".", "base", "base/sub"], replica.Directories());
        var (there, here) = (master.Parts.Images.Get("base/img.0")!, replica.Parts.Images.Get("base/img.0")!);
        Assert.Equal(TreeHash.Compute(there.FileSystem!), TreeHash.Compute(here.FileSystem!));
        Assert.Equal(there.CreatedOn, here.CreatedOn);
        Assert.Equal("b", here.Tags!["a"]);
        using (var text = new StreamReader(replica.Parts.Objects.OpenRead(notes)))
            Assert.Equal("notes", await text.ReadToEndAsync());

        await images.MakeDirectoryAsync("live");
        await images.AddImageAsync("live/img", master.MakeImage("other"));
        await images.DeleteImageAsync("base/img.0");
        await images.DeleteDirectoryAsync("base/sub");
        await replica.UntilAsync(() => replica.Directories().Length == 3);
        Assert.Equal([".", "base", "live"], replica.Directories());
        Assert.Equal(["live/img"], replica.Images());
        Assert.Equal(1, replica.Parts.Replicator!.State.Deleted);
    }

    [Fact]
    public async Task FollowsTheOwnersOfDirectories()
    {
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        master.Parts.Images.SetDirectory(new("base", new("root")));
        await replica.UntilAsync(() => replica.Parts.Images.ListDirectories().Any(directory => directory.Metadata.OwnerGroup == "root"));
    }

    [Fact]
    public async Task FollowsExpiriesThatAreExtended()
    {
        var soon = DateTimeOffset.UtcNow.AddHours(1);
        await images.AddImageAsync("base/a", master.MakeImage() with { ExpiresAt = soon });
        await images.AddImageAsync("base/b", master.MakeImage() with { ExpiresAt = soon });
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        var later = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await images.ChangeImageExpirationAsync("base/a", later);
        await images.ChangeImageExpirationAsync("base/b", null);
        await replica.UntilAsync(() => replica.Parts.Images.Find("base/a")!.ExpiresAt == later && replica.Parts.Images.Find("base/b")!.ExpiresAt is null);
        // Logged once it is done.
        await replica.UntilAsync(() => replica.LogLines.Count(line => line.EndsWith("extended expiration time", StringComparison.Ordinal)) == 2);
    }

    [Fact]
    public async Task CatchesUpAfterEitherServerWasAway()
    {
        await images.AddImageAsync("base/old", master.MakeImage());
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        await master.RestartAsync(() => Assert.Equal(["base/old"], replica.Images()));
        images = await master.ConnectImagesAsync();
        await images.AddImageAsync("base/new", master.MakeImage("new"));
        await replica.UntilAsync(() => replica.Has("base/new"));

        var next = Task.CompletedTask;
        await replica.RestartAsync(() => next = Task.Run(async () =>
        {
            await images.DeleteImageAsync("base/old");
            await images.DeleteDirectoryAsync("base/sub");
        }));
        await next;
        await replica.UntilAsync(() => replica.Images() is ["base/new"] && replica.Directories() is [".", "base"]);
    }

    [Fact]
    public async Task TakesANameAgainThatWasDeletedHere()
    {
        await images.AddImageAsync("base/sub/img", master.MakeImage());
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        await images.DeleteImageAsync("base/sub/img");
        await replica.UntilAsync(() => !replica.Has("base/sub/img"));
        Assert.Equal(0, new FileInfo(Path.Combine(replica.ImageDirectory, "base/sub/img")).Length);
        master.Parts.Images.Add("base/sub/img", master.MakeImage(), overDeleted: true);
        await replica.UntilAsync(() => replica.Has("base/sub/img"));
        await images.DeleteImageAsync("base/sub/img");
        // What a site may do by hand; on a replica a deleted image does not block a name.
        File.Delete(Path.Combine(master.ImageDirectory, "base/sub/img"));
        await images.DeleteDirectoryAsync("base/sub");
        await replica.UntilAsync(() => replica.Directories() is [".", "base"]);
    }

    [Fact]
    public async Task FetchesAgainWhatIsDamagedHere()
    {
        await images.AddImageAsync("base/cut", master.MakeImage("one"));
        await images.AddImageAsync("base/poor", master.MakeImage("two"));
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        await replica.RestartAsync(() =>
        {
            File.WriteAllText(Path.Combine(replica.ImageDirectory, "base/cut"), "this is no image");
            File.Delete(replica.Parts.Objects.Store.GetPath(ObjectHash.Of(Encoding.UTF8.GetBytes("two"))));
        });
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/cut", "base/poor"], replica.Images());
        Assert.NotNull(replica.Parts.Images.Get("base/cut"));
        Assert.Null(replica.Parts.Images.FindFault("base/poor"));
        Assert.NotNull(replica.Parts.Objects.SizeOf(ObjectHash.Of(Encoding.UTF8.GetBytes("two"))));
    }

    [Fact]
    public async Task AnImageThatCannotBeFetchedHoldsNothingUpAndIsTriedAgain()
    {
        await images.AddImageAsync("base/bad", master.MakeImage("bad"));
        await images.AddImageAsync("base/good", master.MakeImage("good"));
        var content = Encoding.UTF8.GetBytes("bad");
        File.Delete(master.Parts.Objects.Store.GetPath(ObjectHash.Of(content)));
        await using var replica = await Replica.StartAsync(master);
        await replica.UntilLoggedAsync("Partially replicated images");
        Assert.Equal(["base/good"], replica.Images());
        Assert.Equal(1, replica.Parts.Replicator!.State.Failing);
        await images.AddImageAsync("base/live", master.MakeImage("live"));
        await replica.UntilAsync(() => replica.Has("base/live"));
        await using (var upload = await new ObjectServerClient(await master.ConnectAsync()).AddObjectsAsync())
        {
            await upload.AddAsync(content, null);
            await upload.FinishAsync();
        }
        await replica.UntilLoggedAsync("Replicated all current images");
        Assert.True(replica.Has("base/bad"));
        Assert.Equal((0, null), (replica.Parts.Replicator.State.Failing, replica.Parts.Replicator.State.Problem));
    }

    [Fact]
    public async Task AReplicaOfAReplicaHearsNothingBeforeThatIsComplete()
    {
        await images.AddImageAsync("base/img", master.MakeImage());
        await using var middle = await Replica.StartAsync(master);
        await using var last = await Replica.StartAsync(middle);
        await last.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img"], last.Images());
        await images.DeleteImageAsync("base/img");
        await last.UntilAsync(() => last.Images() is []);
    }

    [Fact]
    public async Task LeavesAloneWhatItsFiltersExclude()
    {
        var filter = Path.Combine(master.ImageDirectory, ".filter");
        await File.WriteAllTextAsync(filter, "base/sub/.*\n");
        await images.AddImageAsync("base/sub/before", master.MakeImage());
        await images.AddImageAsync("base/img", master.MakeImage());
        var isFiltered = false;
        await using var replica = await Replica.StartAsync(master, options => options.ReplicationExcludeFilter = isFiltered ? filter : "");
        await replica.Parts.Replicator!.Replicated;
        isFiltered = true;
        await replica.RestartAsync();
        await images.DeleteImageAsync("base/sub/before");
        await images.AddImageAsync("base/sub/after", master.MakeImage());
        await images.AddImageAsync("base/last", master.MakeImage());
        await replica.UntilAsync(() => replica.Has("base/last"));
        await replica.RestartAsync();
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img", "base/last", "base/sub/before"], replica.Images());
    }

    [Fact]
    public async Task TakesOnlyWhatItsFilterIncludes()
    {
        var filter = Path.Combine(master.ImageDirectory, ".filter");
        await File.WriteAllTextAsync(filter, "base/sub/.*\n");
        await images.AddImageAsync("base/sub/img", master.MakeImage());
        await images.AddImageAsync("base/img", master.MakeImage());
        await using var replica = await Replica.StartAsync(master, options => options.ReplicationIncludeFilter = filter);
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(["base/sub/img"], replica.Images());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DoesNotFollowAMasterThatLostItsImagesUnlessThatIsAllowed(bool isAllowed)
    {
        for (var number = 0; number < 11; number++)
            await images.AddImageAsync($"base/img.{number}", master.MakeImage());
        await using var replica = await Replica.StartAsync(master, options => options.ReplicationAllowMassDelete = isAllowed);
        await replica.Parts.Replicator!.Replicated;
        await replica.RestartAsync(() =>
        {
            foreach (var name in master.Images())
                master.Parts.Images.Delete(name, new("", new HashSet<string>(), HasMethodAccess: true));
        });
        await replica.Parts.Replicator!.Replicated;
        Assert.Equal(isAllowed ? 0 : 11, replica.Images().Length);
        Assert.Equal(!isAllowed, replica.LogLines.Any(line => line.Contains("lacks 11 of the 11 that are here", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AListWithoutEndIsBrokenOffAndNothingIsDeletedForIt()
    {
        await images.AddImageAsync("base/img", master.MakeImage());
        await using var replica = await Replica.StartAsync(master);
        await replica.Parts.Replicator!.Replicated;
        await images.DeleteImageAsync("base/img");
        await replica.UntilAsync(() => replica.Images().Length == 0);
        await images.AddImageAsync("base/other", master.MakeImage());
        await replica.UntilAsync(() => replica.Images().Length == 1);

        await using var wary = await Replica.StartAsync(master, options => options.ReplicationMostNames = 6);
        await wary.Parts.Replicator!.Replicated;
        await wary.RestartAsync(() =>
        {
            for (var number = 0; number < 20; number++)
                master.Parts.Images.SetDirectory(new($"endless.{number}", new("")));
            master.Parts.Images.Delete("base/other", new("", new HashSet<string>(), HasMethodAccess: true));
        });
        await wary.UntilLoggedAsync("the master lists more than 6 names");
        Assert.Equal(["base/other"], wary.Images());
        Assert.InRange(wary.Directories().Count(name => name.StartsWith("endless", StringComparison.Ordinal)), 1, 6);
    }

    [Fact]
    public async Task AnArchiveKeepsWhatIsDeletedAndTakesNothingThatExpires()
    {
        await images.AddImageAsync("base/img", master.MakeImage());
        await images.AddImageAsync("base/expiring", master.MakeImage() with { ExpiresAt = DateTimeOffset.UtcNow.AddHours(1) });
        await using var archive = await Replica.StartAsync(master, options => options.ArchiveMode = true);
        await archive.Parts.Replicator!.Replicated;
        Assert.Equal(["base/img"], archive.Images());
        await images.DeleteImageAsync("base/img");
        await images.DeleteDirectoryAsync("base/sub");
        await images.ChangeImageExpirationAsync("base/expiring", null);
        await archive.UntilAsync(() => archive.Has("base/expiring"));
        await archive.RestartAsync();
        await archive.Parts.Replicator!.Replicated;
        Assert.Equal(["base/expiring", "base/img"], archive.Images());
        Assert.Equal([".", "base", "base/sub"], archive.Directories());
    }

    [Fact]
    public async Task AnArchiveCanTakeWhatExpires()
    {
        await images.AddImageAsync("base/expiring", master.MakeImage() with { ExpiresAt = DateTimeOffset.UtcNow.AddHours(1) });
        await using var archive = await Replica.StartAsync(master, options => (options.ArchiveMode, options.ArchiveExpiringImages) = (true, true));
        await archive.Parts.Replicator!.Replicated;
        Assert.Equal(["base/expiring"], archive.Images());
    }
}

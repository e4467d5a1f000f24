using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Security;

/// <summary>Who may change what among those who may call a method, by the rules of the original.</summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    const string NoAccess = "no access to image";
    const string Regular = "maximum expiration time is 1d0s";
    const string Privileged = "maximum expiration time is 1w3d0s for you";

    readonly TestSite site = new();
    readonly StillClock clock = new();
    readonly Dictionary<Caller, ImageServerClient> clients = [];
    TestServer server = null!;

    sealed class StillClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync(options =>
        {
            site.Configure(options);
            options.MaximumExpirationPrivileged = TimeSpan.FromDays(10);
        }, clock);
        foreach (var caller in (Caller[])[Caller.User, Caller.Member, Caller.Owner, Caller.Power])
            clients[caller] = new(await server.ConnectAsync(site.As(caller)));
        server.Parts.Images.SetDirectory(new("dir", new(TestSite.Group)));
        server.Parts.Images.SetDirectory(new("free", new("")));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        site.Dispose();
    }

    void Add(string name, TimeSpan? expiresIn = null, Image? image = null) => server.Parts.Images.Add(
        name, (image ?? server.MakeImage()) with { CreatedBy = "owner", ExpiresAt = expiresIn is { } time ? clock.Now + time : null });

    static async Task<string> TextOfAsync(Func<Task> act)
    {
        try
        {
            await act();
            return "";
        }
        catch (SrpcException refusal) when (refusal.IsFromServer)
        {
            return refusal.Message;
        }
    }

    [Theory]
    [InlineData(Caller.User, "dir/i", NoAccess)]
    [InlineData(Caller.Member, "dir/i", "")]
    [InlineData(Caller.Member, "free/i", NoAccess)]
    [InlineData(Caller.Owner, "dir/i", "")]
    [InlineData(Caller.Owner, "free/i", "")]
    [InlineData(Caller.Power, "free/i", "")]
    public async Task ImagesAreDeletedByTheirOwners(Caller caller, string name, string refusal)
    {
        Add(name);
        Assert.Equal(refusal, await TextOfAsync(() => clients[caller].DeleteImageAsync(name)));
        Assert.Equal(refusal.Length > 0, server.Parts.Images.Find(name) is not null);
    }

    [Theory]
    [InlineData(Caller.User, NoAccess)]
    [InlineData(Caller.Member, "")]
    [InlineData(Caller.Owner, "")]
    [InlineData(Caller.Power, "")]
    public async Task ExpiriesAreMovedByTheirOwners(Caller caller, string refusal)
    {
        Add("dir/i", TimeSpan.FromHours(1));
        Assert.Equal(refusal, await TextOfAsync(() => clients[caller].ChangeImageExpirationAsync("dir/i", clock.Now.AddHours(2))));
        Assert.Equal(clock.Now.AddHours(refusal.Length > 0 ? 1 : 2), server.Parts.Images.Find("dir/i")!.ExpiresAt);
    }

    [Theory]
    [InlineData(Caller.User, "not permitted to make image non-expiring")]
    [InlineData(Caller.Member, "not permitted to make image non-expiring")]
    [InlineData(Caller.Owner, "not permitted to make image non-expiring")]
    [InlineData(Caller.Power, "")]
    public async Task OnlyPowersMakeAnImagePermanent(Caller caller, string refusal)
    {
        Add("dir/i", TimeSpan.FromHours(1));
        Assert.Equal(refusal, await TextOfAsync(() => clients[caller].ChangeImageExpirationAsync("dir/i", null)));
        Assert.Equal(refusal.Length == 0, server.Parts.Images.Find("dir/i")!.ExpiresAt is null);
    }

    [Theory]
    [InlineData(Caller.Owner, 86_400, "")]
    [InlineData(Caller.Owner, 86_401, Regular)]
    [InlineData(Caller.Member, 86_400, "")]
    [InlineData(Caller.Member, 86_401, Regular)]
    [InlineData(Caller.User, 86_401, Regular)]
    [InlineData(Caller.Power, 864_000, "")]
    [InlineData(Caller.Power, 864_001, Privileged)]
    public async Task LimitsAreExact(Caller caller, int seconds, string refusal)
    {
        Add("dir/i", TimeSpan.FromHours(1));
        Assert.Equal(refusal, await TextOfAsync(() => clients[caller].ChangeImageExpirationAsync("dir/i", clock.Now.AddSeconds(seconds))));
        Assert.Equal(clock.Now.AddSeconds(refusal.Length > 0 ? 3600 : seconds), server.Parts.Images.Find("dir/i")!.ExpiresAt);
    }

    [Fact]
    public void LimitsAreExactToTheTick()
    {
        var limits = new ExpirationLimits(TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        var (user, power, insecure) = (Of("u", false), Of("u", true), Of("", true));
        limits.Check(user, clock.Now.AddHours(1), clock.Now);
        limits.Check(power, clock.Now.AddHours(2), clock.Now);
        limits.Check(insecure, clock.Now.AddYears(100), clock.Now);
        limits.Check(insecure, null, clock.Now);
        Assert.Throws<SrpcException>(() => limits.Check(user, clock.Now.AddHours(1).AddTicks(1), clock.Now));
        Assert.Throws<SrpcException>(() => limits.Check(power, clock.Now.AddHours(2).AddTicks(1), clock.Now));
        // The limit of those with powers is never the lesser one.
        new ExpirationLimits(TimeSpan.FromHours(3), TimeSpan.FromHours(2)).Check(power, clock.Now.AddHours(3), clock.Now);

        static SrpcCaller Of(string user, bool hasPower) => new(user, new HashSet<string>(), hasPower);
    }

    [Theory]
    // A member of the group that owns a directory gives it to a group of its own only; one of the group above, to any.
    [InlineData(Caller.User, "dir", TestSite.Group, "no membership of daemon group")]
    [InlineData(Caller.Member, "dir", TestSite.OtherGroup, "no membership of bin group")]
    [InlineData(Caller.Member, "dir", TestSite.Group, "")]
    [InlineData(Caller.Member, "dir", "", "no membership of  group")]
    [InlineData(Caller.Member, "free", TestSite.Group, NoAccess)]
    [InlineData(Caller.Member, "dir/below", TestSite.OtherGroup, "")]
    [InlineData(Caller.Owner, "free", TestSite.Group, "no membership of daemon group")]
    [InlineData(Caller.Power, "free", TestSite.OtherGroup, "")]
    [InlineData(Caller.Power, "none", TestSite.OtherGroup, "no metadata for: \"none\"")]
    public async Task DirectoriesAreGivenAwayByTheirOwners(Caller caller, string directory, string group, string refusal)
    {
        server.Parts.Images.SetDirectory(new("dir/below", new(TestSite.OtherGroup)));
        Assert.Equal(refusal, await TextOfAsync(() => clients[caller].ChangeOwnerAsync(directory, group)));
        if (refusal.Length == 0)
            Assert.Equal(group, server.Parts.Images.ListDirectories().Single(known => known.Name == directory).Metadata.OwnerGroup);
    }

    /// <summary>Its owner is kept in a file: for the original, and its replicas, such a directory is not empty.</summary>
    [Fact]
    public async Task ADirectoryWithAnOwnerIsNotEmpty()
    {
        var power = clients[Caller.Power];
        await power.MakeDirectoryAsync("dir/child");
        Assert.Equal(TestSite.Group, server.Parts.Images.ListDirectories().Single(known => known.Name == "dir/child").Metadata.OwnerGroup);
        Assert.Equal($"remove {server.ImageDirectory}/dir/child: directory not empty", await TextOfAsync(() => power.DeleteDirectoryAsync("dir/child")));
        Assert.Equal($"remove {server.ImageDirectory}/dir: directory not empty", await TextOfAsync(() => power.DeleteDirectoryAsync("dir")));
        Assert.True(await power.CheckDirectoryAsync("dir/child"));
        await power.ChangeOwnerAsync("dir/child", "");
        await power.DeleteDirectoryAsync("dir/child");
        Assert.False(await power.CheckDirectoryAsync("dir/child"));
        await server.RestartAsync();
        Assert.Equal([".", "dir", "free"], server.Parts.Images.ListDirectories().Select(known => known.Name));
    }

    [Fact]
    public async Task ASealedArchiveComesBackAsItWas()
    {
        var (archive, power) = await MakeArchiveAsync("dir/i");
        await power.DeleteImageAsync("dir/i");
        Assert.Equal("cannot add previously deleted image: dir/i", await TextOfAsync(() => power.AddImageAsync("dir/i", server.MakeImage())));
        await power.RestoreImageAsync(archive, null);
        Assert.Equal("owner", server.Parts.Images.Find("dir/i")!.CreatedBy);
        Assert.Equal("image: dir/i already exists", await TextOfAsync(() => power.RestoreImageAsync(archive, null)));
    }

    [Fact]
    public async Task AForgedArchiveDoesNotTakeADeletedName()
    {
        var (archive, power) = await MakeArchiveAsync("dir/i");
        await power.DeleteImageAsync("dir/i");
        foreach (var seal in (byte[][])[new byte[64], [.. Enumerable.Repeat((byte)0xFF, 64)]])
            Assert.Equal("HMAC mismatch", await TextOfAsync(() => power.RestoreImageAsync([.. archive[..^64], .. seal], null)));
        // Each bit of the seal, and of the image as far as it still is one.
        foreach (var index in Enumerable.Range(archive.Length - 64, 64))
            Assert.Equal("HMAC mismatch", await TextOfAsync(() => power.RestoreImageAsync(Flip(archive, index, index % 8), null)));
        var refusals = new HashSet<string>();
        foreach (var index in Enumerable.Range(0, archive.Length - 64).Where(index => index % 7 == 0))
        {
            var refusal = await TextOfAsync(() => power.RestoreImageAsync(Flip(archive, index, index % 8), null));
            // A name that was flipped is another one, and free.
            if (server.Parts.Images.List(_ => true).Where(header => header.Name != "dir/i").ToArray() is [var other])
            {
                Assert.Equal("power", other.CreatedBy);
                server.Parts.Images.Discard(other.Name);
                continue;
            }
            Assert.NotEqual("", refusal);
            Assert.DoesNotMatch("[0-9a-f]{128}", refusal);
            refusals.Add(refusal);
        }
        Assert.Contains("HMAC mismatch", refusals);
        Assert.Null(server.Parts.Images.Find("dir/i"));
        await power.RestoreImageAsync(archive, null);
    }

    [Fact]
    public async Task AnArchiveOfAnotherServerIsAnImageOfItsCaller()
    {
        var (archive, power) = await MakeArchiveAsync("dir/i");
        server.Parts.Images.Discard("dir/i");
        await power.RestoreImageAsync(Flip(archive, archive.Length - 1, 0), null);
        var restored = server.Parts.Images.Find("dir/i")!;
        Assert.Equal(("power", clock.Now), (restored.CreatedBy, restored.CreatedOn));
    }

    [Theory]
    [InlineData(0, "cannot restore for: 1h0m0s")]
    [InlineData(3601, "")]
    public async Task AnExpiringArchiveComesBackWhenItsTimeIsOver(int seconds, string refusal)
    {
        var (archive, power) = await MakeArchiveAsync("dir/i", TimeSpan.FromHours(1));
        server.Parts.Images.Discard("dir/i");
        clock.Now = clock.Now.AddSeconds(seconds);
        Assert.Equal(Privileged, seconds == 0 ? Privileged : await TextOfAsync(() => power.RestoreImageAsync(archive, clock.Now.AddDays(10).AddSeconds(1))));
        Assert.Equal(refusal, await TextOfAsync(() => power.RestoreImageAsync(archive, clock.Now.AddDays(10))));
        Assert.Equal(refusal.Length == 0 ? clock.Now.AddDays(10) : null, server.Parts.Images.Find("dir/i")?.ExpiresAt);
    }

    async Task<(byte[] Archive, ImageServerClient Power)> MakeArchiveAsync(string name, TimeSpan? expiresIn = null)
    {
        Add(name, expiresIn);
        // Everybody with a certificate may take one.
        return ((await clients[Caller.User].GetImageArchiveAsync(name)).ArchiveData, clients[Caller.Power]);
    }

    static byte[] Flip(byte[] archive, int index, int bit)
    {
        var flipped = archive.ToArray();
        flipped[index] ^= (byte)(1 << bit);
        return flipped;
    }
}

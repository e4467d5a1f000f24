using System.Net;
using System.Text;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Swift;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Swift;

/// <summary>Files in a real Swift, for those who log in at Keystone and for those of its own accounts.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class DataStoreTests(TestCloud cloud)
{
    static readonly HttpClient anonymous = new();

    readonly string component = "ticket-ü " + Guid.NewGuid().ToString("N")[..8];

    SwiftService Open(bool isVersion1 = false) => new(isVersion1 ? cloud.Version1Settings : cloud.Settings, retries: TestCloud.PatientRetries);

    static async Task<List<StoredFile>> ListAsync(DataStore store)
    {
        var files = new List<StoredFile>();
        await foreach (var file in store.ListFilesAsync())
            files.Add(file);
        return files;
    }

    static async Task<(HttpStatusCode Status, string Text)> ReadAsync(Uri address)
    {
        using var answer = await anonymous.GetAsync(address);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    async Task PutListAndDelete(bool isVersion1)
    {
        using var service = Open(isVersion1);
        var store = service.Open(component, "1");
        Assert.Equal($"{component}.1", store.ContainerName);
        Assert.Empty(await ListAsync(store));
        Assert.Null(await store.GetFileAsync("absent"));

        string[] names = ["build.log", "logs/ü # ?.txt", "a%20b+c"];
        foreach (var name in names)
            Assert.Equal(await store.FilePathAsync(name), await store.PutFileAsync(name, Encoding.UTF8.GetBytes(name), "text/plain; charset=utf-8"));
        await store.PutFileAsync("build.log", "newer"u8.ToArray());
        await store.PutFileAsync("empty", ReadOnlyMemory<byte>.Empty);

        Assert.Equal("newer", Encoding.UTF8.GetString((await store.GetFileAsync("build.log"))!));
        Assert.Equal([.. names.Append("empty").Order(StringComparer.Ordinal)], (await ListAsync(store)).Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.Equal("text/plain; charset=utf-8", (await ListAsync(store)).Single(file => file.Name.StartsWith("logs/", StringComparison.Ordinal)).ContentType.Replace(";charset", "; charset", StringComparison.Ordinal));

        Assert.True(await store.DeleteFileAsync("build.log"));
        Assert.False(await store.DeleteFileAsync("build.log"));
        Assert.Equal("IMG7470", (await Assert.ThrowsAsync<OpenStackException>(() => store.DeleteAsync())).Code);
        await store.ClearAsync();
        Assert.Empty(await ListAsync(store));
        await store.PutFileAsync("again", "x"u8.ToArray());
        await store.DeleteAsync(isRecursive: true);
        Assert.Empty(await ListAsync(store));
    }

    [CloudFact]
    public Task Files_are_put_listed_and_deleted_with_Keystone() => PutListAndDelete(isVersion1: false);

    [CloudFact]
    public Task Files_are_put_listed_and_deleted_with_accounts_of_Swift() => PutListAndDelete(isVersion1: true);

    [CloudFact]
    public async Task Public_files_are_read_by_everybody_and_others_by_nobody()
    {
        using var service = Open();
        var secret = await service.Open(component).PutFileAsync("log", "text"u8.ToArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await ReadAsync(secret)).Status);

        var store = service.Open(component, "sources", isPublic: true);
        var address = await store.PutFileAsync("log", "text"u8.ToArray());
        Assert.Equal((HttpStatusCode.OK, "text"), await ReadAsync(address));
        await store.ChangeVisibilityAsync(isPublic: false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ReadAsync(address)).Status);
        await store.ChangeVisibilityAsync(isPublic: true);
        Assert.Equal((HttpStatusCode.OK, "text"), await ReadAsync(address));
    }

    [CloudFact]
    public async Task A_container_that_others_delete_is_made_again()
    {
        using var service = Open();
        var store = service.Open(component);
        await store.PutFileAsync("a", "1"u8.ToArray());
        await service.Open(component).DeleteAsync(isRecursive: true);
        await store.PutFileAsync("b", "2"u8.ToArray());

        Assert.Equal(["b"], (await ListAsync(store)).Select(file => file.Name));
    }

    [CloudFact]
    public async Task What_is_larger_than_wanted_is_not_read()
    {
        using var service = Open();
        var store = service.Open(component);
        await store.PutFileAsync("large", new byte[1001]);

        Assert.Equal(1001, (await store.GetFileAsync("large", longest: 1001))!.Length);
        Assert.Equal("IMG7473", (await Assert.ThrowsAsync<OpenStackException>(() => store.GetFileAsync("large", longest: 1000))).Code);
        Assert.Equal("IMG7473", (await Assert.ThrowsAsync<OpenStackException>(() => store.PutFileAsync("huge", () => Stream.Null, 6L << 30))).Code);
    }

    [CloudFact]
    public async Task A_Swift_that_is_killed_and_started_again_gets_the_file()
    {
        using var service = Open();
        var store = service.Open(component);
        await store.PutFileAsync("before", "1"u8.ToArray());
        await cloud.SwiftServer.KillAsync();
        var putting = store.PutFileAsync("after", "2"u8.ToArray());
        cloud.SwiftServer.Start();
        await putting;

        Assert.Equal(["after", "before"], (await ListAsync(store)).Select(file => file.Name));
    }

    [CloudFact]
    public async Task A_wrong_key_is_refused_and_not_told()
    {
        using var service = new SwiftService(cloud.Version1Settings with { Password = "not-the-key" }, retries: TestCloud.Retries);
        var refusal = await Assert.ThrowsAsync<OpenStackException>(() => service.Open(component).PutFileAsync("a", "1"u8.ToArray()));

        Assert.Equal("IMG7455", refusal.Code);
        Assert.DoesNotContain("not-the-key", refusal.ToString());
    }

    [CloudFact]
    public async Task What_a_user_may_not_is_said_with_its_address()
    {
        using var foreign = new SwiftService(
            cloud.Version1Settings with { Endpoints = new Dictionary<string, Uri> { ["object-store"] = new($"{cloud.SwiftVersion1.GetLeftPart(UriPartial.Authority)}/v1/TEMP_other") } }, retries: TestCloud.Retries);
        var refusal = await Assert.ThrowsAsync<OpenStackException>(() => foreign.Open("c").PutFileAsync("a", "1"u8.ToArray()));

        Assert.Equal("IMG7469", refusal.Code);
        Assert.Contains("/v1/TEMP_other/c", refusal.Message);
    }
}

public sealed class DataStoreNameTests
{
    static readonly SwiftService service = new(CloudSettings.Open("object-store", new("http://127.0.0.1:1")), retries: TestCloud.Retries);

    [Theory]
    [InlineData("", "1")]
    [InlineData("a/b", "")]
    [InlineData("a", "b/c")]
    [InlineData(".", "")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "üüüüüüüüüüüüüüüüüüüüüüüüüüüü")]
    public void Names_that_make_no_container_are_refused(string component, string identifier) =>
        Assert.Equal("IMG7468", Assert.Throws<OpenStackException>(() => service.Open(component, identifier)).Code);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("logs/../../other/secret")]
    [InlineData("./a")]
    public async Task Names_that_lead_elsewhere_are_refused(string name) =>
        Assert.Equal("IMG7468", (await Assert.ThrowsAsync<OpenStackException>(() => service.Open("c").PutFileAsync(name, "x"u8.ToArray()))).Code);
}

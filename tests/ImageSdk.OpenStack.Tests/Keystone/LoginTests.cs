using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Keystone;

/// <summary>Ways to log in, against a real Keystone and a Glance that believes it.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class LoginTests(TestCloud cloud)
{
    static async Task<int> CountImagesAsync(CloudSettings settings)
    {
        using var images = new ImageService(settings, retries: TestCloud.Retries);
        var count = 0;
        await foreach (var _ in images.ListAsync("no such name"))
            count++;
        return count;
    }

    [CloudFact]
    public async Task Each_way_to_log_in_lets_in()
    {
        var (id, secret) = await cloud.Admin.AddApplicationCredentialAsync(cloud.UserId, "tests");
        CloudSettings[] ways =
        [
            cloud.Settings,
            cloud.Settings with { UserName = "", UserId = cloud.UserId, ProjectName = "", ProjectId = cloud.ProjectId },
            cloud.Settings with { AuthUrl = new(cloud.Keystone.AbsoluteUri.Replace("/v3", "", StringComparison.Ordinal)), UserDomain = new("Default", "") },
            cloud.Settings with { Type = AuthenticationType.ApplicationCredential, ApplicationCredentialId = id, ApplicationCredentialSecret = secret },
            cloud.Settings with { Type = AuthenticationType.ApplicationCredential, ApplicationCredentialName = "tests", ApplicationCredentialSecret = secret },
            cloud.Settings with { Type = AuthenticationType.Token, Token = await cloud.Admin.TokenAsync() },
            new() { Origin = "A token", Type = AuthenticationType.AdminToken, Token = await cloud.Admin.TokenAsync(), Endpoints = new Dictionary<string, Uri> { ["image"] = cloud.Glance } },
        ];
        foreach (var way in ways)
            Assert.Equal(0, await CountImagesAsync(way));
    }

    [CloudFact]
    public async Task Wrong_credentials_are_refused_and_not_told()
    {
        CloudSettings[] ways =
        [
            cloud.Settings with { Password = "not-the-password" },
            cloud.Settings with { ProjectName = "no such project" },
            cloud.Settings with { UserDomain = new("no such domain", "") },
            cloud.Settings with { Type = AuthenticationType.ApplicationCredential, ApplicationCredentialId = "0123", ApplicationCredentialSecret = "not-the-password" },
            cloud.Settings with { Type = AuthenticationType.Token, Token = "not-the-password" },
        ];
        foreach (var way in ways)
        {
            var refusal = await Assert.ThrowsAsync<OpenStackException>(() => CountImagesAsync(way));
            Assert.Equal("IMG7455", refusal.Code);
            Assert.Contains($"{cloud.Keystone}/auth/tokens", refusal.Message);
            Assert.DoesNotContain("not-the-password", refusal.ToString());
        }
    }

    [CloudFact]
    public async Task A_service_without_credentials_says_so()
    {
        var refusal = await Assert.ThrowsAsync<OpenStackException>(() => CountImagesAsync(CloudSettings.Open("image", cloud.Glance)));
        Assert.Equal("IMG7455", refusal.Code);
        Assert.Contains("credentials", refusal.Message);
    }

    [CloudFact]
    public async Task What_the_catalogue_lacks_is_an_error_with_what_it_has()
    {
        var region = await Assert.ThrowsAsync<OpenStackException>(() => CountImagesAsync(cloud.Settings with { Region = "Nowhere" }));
        Assert.Equal("IMG7457", region.Code);
        Assert.Contains("public of region RegionOne", region.Message);

        var unscoped = await Assert.ThrowsAsync<OpenStackException>(() => CountImagesAsync(cloud.Settings with { ProjectName = "" }));
        Assert.Equal("IMG7457", unscoped.Code);
    }
}

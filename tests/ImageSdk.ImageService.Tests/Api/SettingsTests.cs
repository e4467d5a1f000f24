using ImageSdk.Hosting.Flags;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>The settings of the environment.</summary>
public sealed class SettingsTests
{
    static ImageServiceOptions Read(Dictionary<string, string> variables, string directory = "")
    {
        var options = new ImageServiceOptions { ArtifactDirectory = directory };
        ServiceVariables.Read(options, name => variables.GetValueOrDefault(name));
        return options;
    }

    [Fact]
    public void Without_S3_it_is_said_which_settings_are_missing()
    {
        Assert.Contains("S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY are not set", Assert.Throws<FlagException>(() => Read([])).Message);
        var error = Assert.Throws<FlagException>(() => Read(new() { ["S3_ENDPOINT"] = "http://s3", ["S3_ACCESS_KEY"] = "k" })).Message;
        Assert.Contains("S3_SECRET_KEY is not set", error);
        Read([], "/srv/artifacts");
    }

    [Fact]
    public void The_identity_of_clients_is_the_service_s_where_it_is_not_set()
    {
        Dictionary<string, string> variables = new() { ["S3_ENDPOINT"] = "http://s3:80", ["S3_ACCESS_KEY"] = "k", ["S3_SECRET_KEY"] = "s", ["S3_STS_ACCESS_KEY"] = "c", ["MAX_IMAGE_MANIFEST_SIZE_BYTES"] = "9" };
        var options = Read(variables);
        Assert.Equal(("http://s3:80", "c", "s"), (options.S3Clients.Endpoint, options.S3Clients.AccessKey, options.S3Clients.SecretKey));
        Assert.Equal(9, options.LargestManifest);
        foreach (var (name, value) in new[] { ("S3_ENDPOINT", "nonsense"), ("S3_SSL_VALIDATE", "perhaps"), ("S3_READ_TIMEOUT", "-1") })
        {
            var error = Assert.Throws<FlagException>(() => Read(new(variables) { [name] = value })).Message;
            Assert.Contains("IMG7604", error);
            Assert.Contains(name, error);
        }
    }

    [Theory]
    [InlineData("DEBUG", 0)]
    [InlineData("info", -1)]
    [InlineData("ERROR", -1)]
    public void The_log_level_is_one_of_Python_s(string word, int level) => Assert.Equal(level, Read(new() { ["LOG_LEVEL"] = word }, "/srv/artifacts").LogDebugLevel);

    [Fact]
    public void A_log_level_that_is_none_is_refused() =>
        Assert.Contains("IMG7604: LOG_LEVEL is \"LOUD\"", Assert.Throws<FlagException>(() => Read(new() { ["LOG_LEVEL"] = "LOUD" }, "/srv/artifacts")).Message);

    [Fact]
    public async Task The_log_level_changes_while_the_service_runs()
    {
        await using var service = await TestService.StartAsync();
        Assert.Equal("{\"level\":\"INFO\"}", (await service.SendAsync("GET", "/v3/log-level")).Body.Trim());
        await service.SendAsync("GET", "/v3/images?name=before");
        Assert.Equal(422, (await service.SendAsync("PATCH", "/v3/log-level", new { level = "LOUD" })).Status);
        Assert.Equal("{\"level\":\"DEBUG\"}", (await service.SendAsync("PATCH", "/apis/ims/v3/log-level", new { level = "DEBUG" })).Body.Trim());
        await service.SendAsync("GET", "/v3/recipes?name=secret");
        await Wait.UntilAsync(() => service.Lines.Any(line => line.Contains("GET /v3/recipes: 200 after ", StringComparison.Ordinal)));
        Assert.DoesNotContain(service.Lines, line => line.Contains("GET /v3/images", StringComparison.Ordinal) || line.Contains("secret", StringComparison.Ordinal));
    }
}

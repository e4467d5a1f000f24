using ImageSdk.Hosting.Flags;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Options;

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
}

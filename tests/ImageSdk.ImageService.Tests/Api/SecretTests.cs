using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Secrets of settings are in no log, no answer and no page.</summary>
public sealed class SecretTests
{
    const string Marked = "hidden-one";

    [Fact]
    public async Task What_is_secret_is_shown_nowhere()
    {
        var options = new ImageServiceOptions();
        var variables = new Dictionary<string, string>
        {
            ["S3_ENDPOINT"] = "http://127.0.0.1:1", ["S3_ACCESS_KEY"] = "key", ["S3_SECRET_KEY"] = Marked, ["S3_STS_SECRET_KEY"] = Marked, ["S3_STS_ACCESS_KEY"] = "sts",
        };
        ServiceVariables.Read(options, variables.GetValueOrDefault);
        Assert.DoesNotContain(Marked, options.ToString());
        await using var service = await TestService.StartAsync(wrap: _ => new S3Artifacts(options.S3, options.S3Clients, TimeSpan.FromSeconds(1)), configure: own => (own.S3, own.S3Clients) = (options.S3, options.S3Clients));
        // S3 is not there: a link is answered with 503, and the log says why.
        var refused = await service.SendAsync("POST", "/v3/images", new { name = "i", link = new { path = "s3://boot-images/x/manifest.json", type = "s3" } });
        Assert.Equal(503, refused.Status);
        Assert.Contains(service.Log, line => line.Contains("IMG7603", StringComparison.Ordinal));
        Assert.DoesNotContain(service.Log, line => line.Contains(Marked, StringComparison.Ordinal));
        foreach (var path in new[] { "/", "/listImages", "/interface", "/logs", "/logs/dump", "/metrics/", "/prometheus", "/openapi/v3.json", "/version", "/v3/jobs" })
            Assert.DoesNotContain(Marked, (await service.SendAsync("GET", path)).Body);
        Assert.DoesNotContain(Marked, refused.Body);
    }
}

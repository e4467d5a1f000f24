using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Requests that the recordings have not.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Methods_and_paths_that_are_not_there_are_said_to_be()
    {
        await using var service = await TestService.StartAsync();
        var answer = await service.SendAsync("PUT", "/v3/images", "{}");
        Assert.Equal((405, "application/json"), (answer.Status, answer.Type));
        Assert.Equal(["detail", "message", "status", "title"], answer.Json!.AsObject().Select(member => member.Key).Order());
        foreach (var path in new[] { "/v3/nothing", "/apis/ims/v3/images/a/b", "/v2/remote-build-nodes", "/apis/ims" + "/nothing" })
        {
            answer = await service.SendAsync("GET", path);
            Assert.Equal((404, "application/problem+json"), (answer.Status, answer.Type));
            Assert.Equal(404, answer.Json!["status"]!.GetValue<int>());
        }
        using var options = await service.Client.SendAsync(new(HttpMethod.Options, "/v3/images"));
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS", "POST"], options.Content.Headers.Allow.Order());
        using var head = await service.Client.SendAsync(new(HttpMethod.Head, "/v3/images"));
        Assert.Equal(200, (int)head.StatusCode);
        Assert.Equal("{}", (await service.SendAsync("GET", "/healthz/ready")).Body);
        Assert.NotNull((await service.SendAsync("GET", "/apis/ims/version")).Json!["version"]);
    }

    [Fact]
    public async Task Bodies_that_are_none_change_nothing()
    {
        await using var service = await TestService.StartAsync();
        foreach (var body in new[] { "", "{", "{\"name\": \"a\"", "\0", new string('[', 10_000), "{\"name\": NaN}" })
        {
            var answer = await service.SendAsync("POST", "/v3/public-keys", body);
            Assert.Equal(400, answer.Status);
            Assert.NotNull(answer.Json!["message"]);
        }
        Assert.Equal(413, (await service.SendAsync("POST", "/v3/public-keys", $"{{\"name\": \"{new string('x', 2 << 20)}\", \"public_key\": \"k\"}}")).Status);
        Assert.Equal("[]", (await service.SendAsync("GET", "/v3/public-keys")).Body);
    }

    [Fact]
    public async Task Names_are_kept_to_the_letter()
    {
        await using var service = await TestService.StartAsync();
        var name = "é \"quoted\" \\ <b> 漢字 \u0001 " + new string('n', 5000);
        var made = await service.SendAsync("POST", "/v3/images", new { name });
        Assert.Equal(201, made.Status);
        var read = await service.SendAsync("GET", $"/v3/images/{made.Json!["id"]}");
        Assert.Equal(name, read.Json!["name"]!.GetValue<string>());
        Assert.Equal(404, (await service.SendAsync("GET", "/v3/images/" + Uri.EscapeDataString("' OR 1=1 --"))).Status);
    }

    [Fact]
    public async Task Of_many_records_none_gets_the_link_of_another()
    {
        await using var service = await TestService.StartAsync();
        await service.Artifacts.WriteAsync(new("ims", "r.tgz"), "recipe"u8.ToArray(), default);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => service.SendAsync("POST", "/v3/recipes", new
        {
            name = $"{number}", recipe_type = "kiwi-ng", linux_distribution = "sles15", link = new { path = "s3://ims/r.tgz", type = "s3" },
        })));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => Assert.Equal(422, answer.Status));
    }

    [Fact]
    public async Task Links_that_lead_out_of_the_directory_lead_nowhere()
    {
        await using var service = await TestService.StartAsync();
        File.WriteAllText(Path.Combine(service.Folder, "secret"), "secret");
        foreach (var path in new[] { "s3://../secret", "s3://ims/../../secret", "s3://ims//etc/passwd", "s3://.metadata/x", "s3://ims/a\0b", "s3://ims", "/etc/passwd" })
            Assert.Equal(422, (await service.SendAsync("POST", "/v3/recipes", new
            {
                name = "r", recipe_type = "kiwi-ng", linux_distribution = "sles15", link = new { path, type = "s3" },
            })).Status);
    }

    [Fact]
    public async Task Many_records_are_listed_in_the_order_in_which_they_were_made()
    {
        await using var service = await TestService.StartAsync();
        for (var number = 0; number < 300; number++)
            Assert.Equal(201, (await service.SendAsync("POST", "/v3/public-keys", new { name = $"{number}", public_key = new string('k', 1000) })).Status);
        var list = JsonNode.Parse(await service.Client.GetStringAsync("/v3/public-keys"))!.AsArray();
        Assert.Equal(Enumerable.Range(0, 300).Select(number => $"{number}"), list.Select(key => key!["name"]!.GetValue<string>()));
    }
}

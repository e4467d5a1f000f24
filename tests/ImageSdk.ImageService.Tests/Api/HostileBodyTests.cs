using System.Text.Json.Nodes;
using ImageSdk.ImageService.Data;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Whatever comes, the answer is the client's mistake or a record, and never ours.</summary>
public sealed class HostileBodyTests
{
    const int Bodies = 150;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_body_is_a_mistake_of_ours(int seed)
    {
        await using var service = await TestService.StartAsync();
        var image = await service.AddImageAsync();
        var recipe = (await service.SendAsync("POST", "/v3/recipes", new { name = "r", recipe_type = "kiwi-ng", linux_distribution = "sles15" })).Json!["id"]!.GetValue<string>();
        (string Method, string Path)[] requests =
        [
            ("POST", "/v3/images"), ("POST", "/v2/recipes"), ("POST", "/public-keys"), ("POST", "/v3/jobs"), ("POST", "/v3/remote-build-nodes"), ("PATCH", $"/v3/images/{image}"), ("PATCH", $"/v3/recipes/{recipe}"),
            ("POST", $"/v3/images/{image}/uploads"), ("POST", $"/v3/recipes/{recipe}/uploads"), ("PATCH", "/v3/deleted/images"), ("PATCH", "/v3/deleted/images/none"), ("PATCH", "/v3/jobs/none"),
        ];
        var bodies = new RandomJson(seed);
        for (var i = 0; i < Bodies; i++)
        {
            var body = bodies.Next();
            foreach (var (method, path) in requests)
            {
                var answer = await service.SendAsync(method, path, body);
                Assert.True(answer.Status < 500, $"{method} {path} {body}: {answer.Status}");
                Assert.True(answer.Body.Length == 0 || JsonNode.Parse(answer.Body) is not null, $"{method} {path} {body}: {answer.Body}");
            }
        }
        // What was made of them can be read.
        foreach (var list in new[] { "/v3/images", "/v3/recipes", "/v3/public-keys", "/v3/jobs", "/v3/remote-build-nodes" })
            Assert.NotNull((await service.SendAsync("GET", list)).Json);
        foreach (var page in new[] { "/listImages", "/listRecipes", "/listKeys", "/listJobs", "/" })
            Assert.Equal(200, (await service.SendAsync("GET", page)).Status);
    }

    [Fact]
    public async Task No_data_file_is_a_mistake_of_ours()
    {
        var folder = Directory.CreateTempSubdirectory("imagesdk hostile é ").FullName;
        try
        {
            var bodies = new RandomJson(3);
            await using var store = await RecordStore.OpenAsync(Path.Combine(folder, "r.sqlite"), default);
            foreach (var name in new[] { "v2.1_images.json", "v3.2_deleted_recipes.json", "v2_public_keys.json", "v2.0_remote_build_nodes.json" })
            {
                for (var i = 0; i < Bodies; i++)
                {
                    File.WriteAllText(Path.Combine(folder, name), i % 10 == 0 ? bodies.Next() : $"[{bodies.Next()},{bodies.Next()}]");
                    try
                    {
                        await new DataFiles(store, _ => { }).ImportAsync(folder, default);
                    }
                    catch (DataException exception)
                    {
                        Assert.Contains("IMG7610", exception.Text);
                    }
                }
                File.Delete(Path.Combine(folder, name));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.Text.Json;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>What is deleted can be had back whole, whatever goes wrong meanwhile.</summary>
public sealed class SoftDeletionTests
{
    const string Undelete = """{"operation": "undelete"}""";

    [Fact]
    public async Task An_image_comes_back_as_it_was()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddImageAsync("long name é ü/with.dots");
        var (before, record) = (service.Files(), (await service.SendAsync("GET", $"/images/{id}")).Json!);
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/images/{id}")).Status);
        Assert.All(service.Files(), file => Assert.StartsWith($"boot-images/deleted/{id}/", file));
        Assert.Equal(204, (await service.SendAsync("PATCH", $"/apis/ims/v3/deleted/images/{id}", Undelete)).Status);
        Assert.Equal(before, service.Files());
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(record, (await service.SendAsync("GET", $"/apis/ims/images/{id}")).Json));
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/images/{id}")).Status);
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/deleted/images/{id}")).Status);
        Assert.Empty(service.Files());
    }

    [Theory]
    [InlineData("DELETE", "/v3/images")]
    [InlineData("PATCH", "/v3/deleted/images")]
    [InlineData("DELETE", "/v3/deleted/images")]
    public async Task What_a_dead_store_ended_is_completed_by_asking_again(string method, string path)
    {
        var body = method == "PATCH" ? Undelete : null;
        for (var changes = 0; ; changes++)
        {
            FailingArtifacts? failing = null;
            await using var service = await TestService.StartAsync(wrap: artifacts => failing = new(artifacts));
            var id = await service.AddImageAsync();
            var whole = service.Files();
            if (path.Contains("deleted", StringComparison.Ordinal))
                Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/images/{id}")).Status);
            failing!.Left = changes;
            var first = await service.SendAsync(method, $"{path}/{id}", body);
            failing.Left = null;
            if (first.Status == 204)
            {
                Assert.InRange(changes, 4, 20);
                return;
            }
            Assert.Equal(503, first.Status);
            Assert.Equal("application/problem+json", first.Type);
            Assert.DoesNotContain("it is gone", first.Body);
            // A service that was killed does the same.
            await using var again = await TestService.StartAsync(service.Folder);
            Assert.Contains((await again.SendAsync(method, $"{path}/{id}", body)).Status, new[] { 204, 404 });
            switch (method, body)
            {
                case ("PATCH", _):
                    Assert.Equal(200, (await again.SendAsync("GET", $"/v3/images/{id}")).Status);
                    Assert.Equal(whole, again.Files().Where(file => !file.Contains("deleted_manifest", StringComparison.Ordinal)));
                    break;
                case (_, _) when path.Contains("deleted", StringComparison.Ordinal):
                    Assert.Empty(again.Files());
                    break;
                default:
                    Assert.Equal(204, (await again.SendAsync("PATCH", $"/v3/deleted/images/{id}", Undelete)).Status);
                    Assert.Equal(whole, again.Files());
                    break;
            }
        }
    }

    [Fact]
    public async Task An_image_that_has_lost_an_artifact_stays_aside()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddImageAsync();
        await service.SendAsync("DELETE", $"/v3/images/{id}");
        File.Delete(Path.Combine(service.Folder, "artifacts", "boot-images", "deleted", id, "initrd"));
        var before = service.Files();
        var answer = await service.SendAsync("PATCH", $"/v3/deleted/images/{id}", Undelete);
        Assert.Equal(422, answer.Status);
        Assert.Contains($"deleted/{id}/initrd", answer.Json!["detail"]!.GetValue<string>());
        Assert.Equal(before, service.Files());
        Assert.Equal(200, (await service.SendAsync("GET", $"/v3/deleted/images/{id}")).Status);
    }

    [Fact]
    public async Task Artifacts_without_a_digest_are_not_forgotten()
    {
        await using var service = await TestService.StartAsync();
        var id = (await service.SendAsync("POST", "/v3/images", new { name = "x" })).Json!["id"]!.GetValue<string>();
        await service.Artifacts.WriteAsync(new("boot-images", $"{id}/rootfs"), "root"u8.ToArray(), default);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            version = "1.0", artifacts = new[] { new { type = "application/vnd.cray.image.rootfs.squashfs", link = new { type = "s3", path = $"s3://boot-images/{id}/rootfs" } } },
        });
        await service.Artifacts.WriteAsync(new("boot-images", $"{id}/manifest.json"), manifest, default);
        await service.SendAsync("PATCH", $"/v3/images/{id}", new { link = new { type = "s3", path = $"s3://boot-images/{id}/manifest.json" } });
        var before = service.Files();
        await service.SendAsync("DELETE", $"/v3/images/{id}");
        Assert.Equal(204, (await service.SendAsync("PATCH", "/v3/deleted/images", Undelete)).Status);
        Assert.Equal(before, service.Files());
    }

    [Fact]
    public async Task Of_many_who_delete_an_image_one_does()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddImageAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.SendAsync("DELETE", $"/v3/images/{id}")));
        Assert.Single(answers, answer => answer.Status == 204);
        Assert.Equal(19, answers.Count(answer => answer.Status == 404));
        Assert.Equal(6, service.Files().Count);
    }

    [Fact]
    public async Task Deleting_all_in_version_2_lasts()
    {
        await using var service = await TestService.StartAsync();
        await service.AddImageAsync();
        await service.AddImageAsync();
        Assert.Equal(204, (await service.SendAsync("DELETE", "/v2/images")).Status);
        await using var again = await TestService.StartAsync(service.Folder);
        Assert.Equal("[]", (await again.SendAsync("GET", "/v3/images")).Body);
        Assert.Empty(again.Files());
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Uploads and downloads by addresses of the service: clients without an identity of S3.</summary>
public sealed class ArtifactTransferTests
{
    static async Task<HttpResponseMessage> PutAsync(HttpClient client, JsonNode upload, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, upload["url"]!.GetValue<string>()) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in upload["headers"]!.AsObject())
            request.Headers.Add(name, value!.GetValue<string>());
        return await client.SendAsync(request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/apis/ims")]
    public async Task An_image_is_uploaded_linked_and_fetched(string prefix)
    {
        await using var service = await TestService.StartAsync();
        var id = (await service.SendAsync("POST", $"{prefix}/v3/images", new { name = "é" })).Json!["id"]!.GetValue<string>();
        var content = new byte[(1 << 20) + 7];
        new Random(1).NextBytes(content);
        var md5 = Convert.ToHexStringLower(MD5.HashData(content));
        var upload = await service.SendAsync("POST", $"{prefix}/v3/images/{id}/uploads", new { name = "root fs ü", md5 });
        Assert.Equal(201, upload.Status);
        Assert.StartsWith(service.Client.BaseAddress + prefix.TrimStart('/'), upload.Json!["url"]!.GetValue<string>());
        using (var put = await PutAsync(service.Client, upload.Json!, content))
            Assert.Equal((HttpStatusCode.OK, $"\"{md5}\""), (put.StatusCode, put.Headers.ETag!.Tag));
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { version = "1.0", artifacts = new[] { new { type = "application/vnd.cray.image.rootfs.squashfs", link = upload.Json!["link"] } } });
        var last = await service.SendAsync("POST", $"/v3/images/{id}/uploads", new { name = "manifest.json" });
        using (await PutAsync(service.Client, last.Json!, manifest))
            Assert.Equal(200, (await service.SendAsync("PATCH", $"/v3/images/{id}", new { link = last.Json!["link"] })).Status);

        var artifact = Assert.Single((await service.SendAsync("GET", $"{prefix}/v3/images/{id}/artifacts")).Json!.AsArray())!;
        Assert.Equal((md5, content.Length, md5), (artifact["md5"]!.GetValue<string>(), artifact["size"]!.GetValue<int>(), artifact["link"]!["etag"]!.GetValue<string>()));
        Assert.Equal(content, await service.Client.GetByteArrayAsync(artifact["url"]!.GetValue<string>()));
        using var range = new HttpRequestMessage(HttpMethod.Get, artifact["url"]!.GetValue<string>()) { Headers = { Range = new(5, 9) } };
        using var part = await service.Client.SendAsync(range);
        Assert.Equal(content[5..10], await part.Content.ReadAsByteArrayAsync());

        // What is linked is not written over.
        Assert.Equal(409, (await service.SendAsync("POST", $"/v3/images/{id}/uploads", new { name = "kernel" })).Status);
        Assert.Equal(409, (await service.SendAsync("DELETE", $"/v3/images/{id}/uploads/manifest.json")).Status);
        await service.SendAsync("DELETE", $"/v3/images/{id}");
        Assert.Contains("deleted/", Assert.Single((await service.SendAsync("GET", $"/v3/deleted/images/{id}/artifacts")).Json!.AsArray(), item => item!["md5"] is not null)!["link"]!["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_was_uploaded_and_not_linked_is_removed()
    {
        await using var service = await TestService.StartAsync();
        var id = (await service.SendAsync("POST", "/v3/recipes", new { name = "r", recipe_type = "kiwi-ng", linux_distribution = "sles15" })).Json!["id"]!.GetValue<string>();
        var upload = await service.SendAsync("POST", $"/v3/recipes/{id}/uploads", new { name = "recipe.tar.gz" });
        Assert.Equal($"s3://ims/recipes/{id}/recipe.tar.gz", upload.Json!["link"]!["path"]!.GetValue<string>());
        using var put = await PutAsync(service.Client, upload.Json!, [1]);
        Assert.Single(service.Files());
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/recipes/{id}/uploads/recipe.tar.gz")).Status);
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/recipes/{id}/uploads/recipe.tar.gz")).Status);
        Assert.Empty(service.Files());
    }

    [Fact]
    public async Task An_address_that_was_not_signed_opens_nothing()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddImageAsync();
        foreach (var (method, address) in new[] { ("GET", $"/artifacts/boot-images/{id}/rootfs"), ("PUT", $"/artifacts/boot-images/{id}/rootfs"), ("GET", "/artifacts/.signing-key"), ("GET", "/artifacts/boot-images/..%2F.signing-key") })
        {
            using var request = new HttpRequestMessage(new(method), address);
            using var answer = await service.Client.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{method} {address}: {answer.StatusCode}");
        }
        Assert.Equal(404, (await service.SendAsync("POST", "/v3/images/none/uploads", new { name = "x" })).Status);
    }

    [Theory]
    [InlineData("""{"name": "a/b"}""")]
    [InlineData("""{"name": ".."}""")]
    [InlineData("""{"name": "a\nb"}""")]
    [InlineData("""{"name": "x", "md5": "a\r\nX-Header: 1"}""")]
    [InlineData("""{"name": "x", "path": "s3://ims/x"}""")]
    public async Task A_name_that_leads_elsewhere_is_refused(string body)
    {
        await using var service = await TestService.StartAsync();
        var id = (await service.SendAsync("POST", "/v3/images", new { name = "i" })).Json!["id"]!.GetValue<string>();
        Assert.Equal(422, (await service.SendAsync("POST", $"/v3/images/{id}/uploads", body)).Status);
    }
}

using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Artifacts;

/// <summary>Artifacts in a real S3 server.</summary>
public sealed class S3ArtifactsTests(SwiftS3 server) : IClassFixture<SwiftS3>, IDisposable
{
    readonly Lazy<S3Artifacts> artifacts = new(() => Connect(server.Endpoint, SwiftS3.SecretKey));

    static S3Artifacts Connect(string endpoint, string secret)
    {
        var identity = new S3Identity(endpoint, SwiftS3.AccessKey, secret, VerifiesCertificate: false);
        return new(identity, identity, TimeSpan.FromSeconds(60));
    }

    // A client's, as ims-python-helper uploads.
    AmazonS3Client Client() => new(new BasicAWSCredentials(SwiftS3.AccessKey, SwiftS3.SecretKey), new AmazonS3Config
    {
        // Of a bucket that was made a moment ago, a busy Swift asks to come back later.
        ServiceURL = server.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 8,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    public void Dispose()
    {
        if (artifacts.IsValueCreated)
            artifacts.Value.Dispose();
    }

    [SwiftFact]
    public async Task Objects_are_written_found_read_and_deleted()
    {
        using var client = Client();
        await client.PutBucketAsync("ims");
        var path = new ArtifactPath("ims", "recipes/é ü+&/with.dots/r.tgz");
        Assert.Null(await artifacts.Value.FindAsync(path, default));
        Assert.Null(await artifacts.Value.FindAsync(path with { Bucket = "no-such-bucket" }, default));
        var etag = await artifacts.Value.WriteAsync(path, "content"u8.ToArray(), default);
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData("content"u8)), etag);
        Assert.Equal((7, etag), ((await artifacts.Value.FindAsync(path, default))!.Size, (await artifacts.Value.FindAsync(path, default))!.Etag));
        Assert.Equal("content"u8.ToArray(), await artifacts.Value.ReadAsync(path, 7, default));
        Assert.Null(await artifacts.Value.ReadAsync(path, 6, default));
        await artifacts.Value.DeleteAsync(path, default);
        await artifacts.Value.DeleteAsync(path, default);
        Assert.Null(await artifacts.Value.FindAsync(path, default));
    }

    [SwiftFact]
    public async Task What_is_known_of_an_object_moves_with_it_small_or_large()
    {
        using var client = Client();
        await client.PutBucketAsync("boot-images");
        foreach (var size in new[] { 5, 20 << 20 })
        {
            var content = new byte[size];
            new Random(size).NextBytes(content);
            var path = new ArtifactPath("boot-images", $"{size}/rootfs");
            var put = new PutObjectRequest { BucketName = path.Bucket, Key = path.Key, InputStream = new MemoryStream(content), UseChunkEncoding = false };
            put.Metadata["md5sum"] = Convert.ToHexStringLower(MD5.HashData(content));
            await client.PutObjectAsync(put);
            var etag = await artifacts.Value.MoveAsync(path, path.ToDeleted(), default);
            Assert.Null(await artifacts.Value.FindAsync(path, default));
            Assert.Equal(etag, await artifacts.Value.MoveAsync(path, path.ToDeleted(), default));
            await artifacts.Value.MoveAsync(path.ToDeleted(), path, default);
            var found = (await artifacts.Value.FindAsync(path, default))!;
            Assert.Equal((size, put.Metadata["md5sum"]), (found.Size, found.Metadata["md5sum"]));
            Assert.Equal(content, await artifacts.Value.ReadAsync(path, size, default));
        }
        Assert.Null(await artifacts.Value.MoveAsync(new("boot-images", "none"), new("boot-images", "deleted/none"), default));
    }

    [SwiftFact]
    public async Task A_signed_address_serves_whoever_has_it_until_it_expires()
    {
        using var owner = Client();
        await owner.PutBucketAsync("signed");
        using var client = new HttpClient();
        var path = new ArtifactPath("signed", "é ü+&/with.dots/rootfs");
        var put = await artifacts.Value.SignAsync(path, SignedUse.Put, new Dictionary<string, string> { ["md5sum"] = "abc" }, DateTimeOffset.UtcNow.AddDays(5), default);
        using (var request = new HttpRequestMessage(HttpMethod.Put, put.Url) { Content = new ByteArrayContent([1, 2, 3]) })
        {
            foreach (var (name, value) in put.Headers)
                request.Headers.Add(name, value);
            using var answer = await client.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
        Assert.Equal("abc", (await artifacts.Value.FindAsync(path, default))!.Metadata["md5sum"]);
        var fetch = await artifacts.Value.SignAsync(path, SignedUse.Fetch, new Dictionary<string, string>(), DateTimeOffset.UtcNow.AddDays(5), default);
        Assert.Equal([1, 2, 3], await client.GetByteArrayAsync(fetch.Url));
        using var tampered = await client.GetAsync(fetch.Url.Replace("with.dots", "without", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, tampered.StatusCode);
        using var wrongUse = await client.PutAsync(fetch.Url, new ByteArrayContent([4]));
        Assert.Equal(HttpStatusCode.Forbidden, wrongUse.StatusCode);
    }

    [SwiftFact]
    public async Task A_store_that_refuses_is_no_store_without_objects()
    {
        using var wrong = Connect(server.Endpoint, "another-secret");
        var error = await Assert.ThrowsAsync<ArtifactException>(() => wrong.FindAsync(new("ims", "x"), default));
        Assert.DoesNotContain("another-secret", error.ToString());
        using var absent = Connect("http://127.0.0.1:1", SwiftS3.SecretKey);
        await Assert.ThrowsAsync<ArtifactException>(() => absent.FindAsync(new("ims", "x"), default));
    }
}

using System.Security.Cryptography;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Ims;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.ImageService.Tests.Clients;

/// <summary>Uploads to a real S3 server, in one piece and in parts.</summary>
public sealed class S3UploadTests(SwiftS3 server) : IClassFixture<SwiftS3>
{
    [SwiftFact]
    public async Task Artifacts_arrive_whole_with_their_digest()
    {
        var identity = new S3Identity(server.Endpoint, SwiftS3.AccessKey, SwiftS3.SecretKey, VerifiesCertificate: false);
        using var artifacts = new S3Artifacts(identity, identity, TimeSpan.FromSeconds(60));
        using (var client = new Amazon.S3.AmazonS3Client(SwiftS3.AccessKey, SwiftS3.SecretKey, new Amazon.S3.AmazonS3Config { ServiceURL = server.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" }))
            await client.PutBucketAsync("boot-images");
        using var uploads = new S3Upload(new(server.Endpoint, SwiftS3.AccessKey, SwiftS3.SecretKey, "boot-images", VerifiesCertificate: false));
        var file = Path.GetTempFileName();
        try
        {
            foreach (var size in new[] { 7, (64 << 20) + 3 })
            {
                var content = new byte[size];
                new Random(size).NextBytes(content);
                await File.WriteAllBytesAsync(file, content);
                var md5 = Convert.ToHexStringLower(MD5.HashData(content));
                long sent = 0;
                var link = await uploads.UploadAsync("id", $"root fs {size}", file, md5, count => Interlocked.Add(ref sent, count), default);
                Assert.Equal(($"s3://boot-images/id/root fs {size}", size), (link.Path, sent));
                Assert.True(ArtifactPath.TryParse(link.Path, out var path));
                var found = (await artifacts.FindAsync(path, default))!;
                Assert.Equal((size, link.Etag, md5, "id"), (found.Size, found.Etag, found.Metadata["md5sum"], found.Metadata["x-shasta-ims-image-id"]));
                Assert.Equal(content, await artifacts.ReadAsync(path, size, default));
                await uploads.DropAsync("id", $"root fs {size}", default);
                Assert.Null(await artifacts.FindAsync(path, default));
            }
            using var wrong = new S3Upload(new(server.Endpoint, SwiftS3.AccessKey, "hidden-one", "boot-images", VerifiesCertificate: false));
            var error = await Assert.ThrowsAsync<ImsException>(() => wrong.UploadAsync("id", "x", file, "", _ => { }, default));
            Assert.Equal("IMG7654", error.Code);
            Assert.DoesNotContain("hidden-one", error.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }
}

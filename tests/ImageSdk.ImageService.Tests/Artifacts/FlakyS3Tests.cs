using System.Net;
using System.Security.Cryptography;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ImageSdk.ImageService.Tests.Artifacts;

/// <summary>A real S3 server behind a proxy that fails one request in ten.</summary>
public sealed class FlakyS3Tests(SwiftS3 server) : IClassFixture<SwiftS3>
{
    [SwiftFact]
    public async Task One_request_in_ten_that_fails_changes_nothing()
    {
        using var forward = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await using var proxy = WebApplication.CreateSlimBuilder().Build();
        proxy.Urls.Add("http://127.0.0.1:0");
        var (count, failed) = (0, 0);
        proxy.Run(async http =>
        {
            http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            if (Interlocked.Increment(ref count) % 10 == 0)
            {
                // By turns an answer, and none.
                if (Interlocked.Increment(ref failed) % 2 == 0)
                    http.Abort();
                else
                    http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }
            using var request = new HttpRequestMessage(new(http.Request.Method), server.Endpoint + http.Features.Get<IHttpRequestFeature>()!.RawTarget);
            if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
                request.Content = new StreamContent(http.Request.Body);
            foreach (var (name, values) in http.Request.Headers)
                if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()) && request.Content is not null)
                    request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
            using var answer = await forward.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
            http.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
                if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                    http.Response.Headers[name] = values.ToArray();
            if (!HttpMethods.IsHead(http.Request.Method) && answer.StatusCode != HttpStatusCode.NoContent)
                await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        });
        await proxy.StartAsync();
        var address = proxy.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using (var owner = new Amazon.S3.AmazonS3Client(SwiftS3.AccessKey, SwiftS3.SecretKey, new Amazon.S3.AmazonS3Config { ServiceURL = server.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" }))
            await owner.PutBucketAsync("flaky");
        var identity = new S3Identity(address, SwiftS3.AccessKey, SwiftS3.SecretKey, VerifiesCertificate: false);
        using var artifacts = new S3Artifacts(identity, identity, TimeSpan.FromSeconds(60));
        for (var i = 0; i < 12; i++)
        {
            // The last one is copied in parts.
            var content = new byte[i == 11 ? 20 << 20 : 1000 + i];
            new Random(i).NextBytes(content);
            var path = new ArtifactPath("flaky", $"{i}/rootfs");
            Assert.Equal(Convert.ToHexStringLower(MD5.HashData(content)), await artifacts.WriteAsync(path, content, default));
            Assert.NotNull(await artifacts.MoveAsync(path, path.ToDeleted(), default));
            Assert.NotNull(await artifacts.MoveAsync(path.ToDeleted(), path, default));
            Assert.Equal(content, await artifacts.ReadAsync(path, content.Length, default));
            await artifacts.DeleteAsync(path, default);
            Assert.Null(await artifacts.FindAsync(path, default));
        }
        Assert.InRange(failed, 5, 1000);
    }
}

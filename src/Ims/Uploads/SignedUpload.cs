using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Records;

namespace ImageSdk.Ims.Uploads;

/// <summary>Uploads by addresses that the service signs: it takes no identity of S3. The original has none such.</summary>
/// <param name="kind">Of the records, as paths have it: "images", "recipes".</param>
public sealed class SignedUpload(ImsClient service, string kind = "images") : IArtifactUpload
{
    const int Attempts = 4;
    const int BufferSize = 1 << 18;

    readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<ServiceLink> UploadAsync(string image, string name, string file, string md5, Action<long> sent, CancellationToken cancellation)
    {
        var upload = await BeginAsync(image, name, md5, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            long done = 0;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, upload.Url);
                foreach (var (header, value) in upload.Headers ?? new Dictionary<string, string>())
                    request.Headers.TryAddWithoutValidation(header, value);
                request.Content = new CountedContent(file, count =>
                {
                    done += count;
                    sent(count);
                });
                using var answer = await client.SendAsync(request, cancellation);
                if (answer.IsSuccessStatusCode)
                    return upload.Link with { Etag = Compare(name, md5, answer) };
                if (attempt == Attempts || answer.StatusCode < HttpStatusCode.InternalServerError)
                    throw Failed(name, $"it is answered with {(int)answer.StatusCode} ({answer.ReasonPhrase})");
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
            {
                if (attempt == Attempts || exception.InnerException is FileNotFoundException or UnauthorizedAccessException)
                    throw Failed(name, exception.GetBaseException().Message.TrimEnd('.'), exception);
            }
            // It begins again.
            sent(-done);
            await Task.Delay(TimeSpan.FromSeconds(0.5 * Math.Pow(2, attempt)), cancellation);
        }
    }

    public Task DropAsync(string image, string name, CancellationToken cancellation) =>
        service.SendAsync(HttpMethod.Delete, $"/v3/{kind}/{image}/uploads/{Uri.EscapeDataString(name)}", null, cancellation);

    public void Dispose() => client.Dispose();

    async Task<ServiceUpload> BeginAsync(string image, string name, string md5, CancellationToken cancellation)
    {
        try
        {
            var answer = await service.SendAsync(HttpMethod.Post, $"/v3/{kind}/{image}/uploads", new JsonObject { ["name"] = name, ["md5"] = md5 }, cancellation);
            return answer.Deserialize(RecordJson.Default.ServiceUpload) ?? throw Failed(name, "the service gives no address");
        }
        catch (ImsException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            throw Failed(name, "this service gives no addresses for uploads. Set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY in the environment to write to its S3", exception);
        }
    }

    // The digest of what arrived, unless S3 made it of parts.
    string Compare(string name, string md5, HttpResponseMessage answer)
    {
        var etag = answer.Headers.ETag?.Tag.Trim('"') ?? "";
        return etag.Length != md5.Length || etag.Equals(md5, StringComparison.OrdinalIgnoreCase) ? etag : throw Failed(name, $"other content has arrived: its MD5 is {etag}, and {md5} was sent");
    }

    ImsException Failed(string name, string why, Exception? inner = null) =>
        new("IMG7655", $"The artifact {name} cannot be uploaded by an address of {service.Address}: {why}.", inner: inner);

    sealed class CountedContent(string file, Action<long> sent) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
            var buffer = new byte[BufferSize];
            for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                sent(count);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = new FileInfo(file).Length;
            return true;
        }
    }
}

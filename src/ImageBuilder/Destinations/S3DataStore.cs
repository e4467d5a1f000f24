using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>A bucket of S3 or of a server that speaks it. Who one is and where it is, AWS's own settings say: <c>AWS_ACCESS_KEY_ID</c>, <c>AWS_ENDPOINT_URL</c> and the like.</summary>
/// <param name="prefix">Precedes each key; ends with a slash unless it is empty.</param>
/// <param name="isPublic">Whether whoever has the address of a file may read it.</param>
sealed class S3DataStore(string bucket, string prefix, bool isPublic) : IDataStore
{
    /// <summary>Without a region in the settings, as servers other than AWS's want it.</summary>
    const string UsualRegion = "us-east-1";

    readonly Lazy<AmazonS3Client> client = new(Connect);

    static AmazonS3Client Connect()
    {
        var configuration = new AmazonS3Config
        {
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if ((Setting("AWS_ENDPOINT_URL_S3") ?? Setting("AWS_ENDPOINT_URL")) is { } endpoint)
        {
            configuration.ServiceURL = endpoint;
            configuration.AuthenticationRegion = Setting("AWS_REGION") ?? Setting("AWS_DEFAULT_REGION") ?? UsualRegion;
        }
        return new(configuration);
    }

    static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    public async Task<string> PutAsync(string container, string name, string contentType, Stream content, CancellationToken cancellation)
    {
        var key = $"{prefix}{container}/{name}";
        try
        {
            content.Position = 0;
            await client.Value.PutObjectAsync(new PutObjectRequest
            {
                BucketName = bucket, Key = key, InputStream = content, AutoCloseStream = false, ContentType = contentType, UseChunkEncoding = false,
                CannedACL = isPublic ? S3CannedACL.PublicRead : null,
            }, cancellation);
            // A signed address without its signature: it knows regions and endpoints.
            var signed = await client.Value.GetPreSignedURLAsync(new GetPreSignedUrlRequest
            {
                BucketName = bucket, Key = key, Expires = DateTime.UtcNow.AddMinutes(1),
                Protocol = client.Value.Config.ServiceURL?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true ? Protocol.HTTP : Protocol.HTTPS,
            });
            return new Uri(signed).GetLeftPart(UriPartial.Path);
        }
        catch (Exception problem) when (problem is AmazonClientException or AmazonServiceException or HttpRequestException)
        {
            var isRefused = problem is AmazonServiceException { StatusCode: >= System.Net.HttpStatusCode.BadRequest and < System.Net.HttpStatusCode.InternalServerError };
            throw new DestinationException("IMG7480",
                $"{key} cannot be put into the bucket {bucket}: {problem.Message.TrimEnd('.')}. Look at the bucket, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL.", isTransient: !isRefused, problem);
        }
    }
}

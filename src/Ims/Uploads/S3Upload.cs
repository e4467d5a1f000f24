using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ImageSdk.Ims.Records;

namespace ImageSdk.Ims.Uploads;

/// <summary>Uploads to S3 itself, as the original's clients do: path style, plain signed bodies, <c>md5sum</c> beside each object.</summary>
public sealed class S3Upload : IArtifactUpload
{
    // Bytes. What is longer goes in parts of a whole number of these.
    const long PartSize = 64 << 20;
    const int MostParts = 10_000, PartsAtOnce = 4;

    readonly S3Settings settings;
    readonly AmazonS3Client client;

    public S3Upload(S3Settings settings)
    {
        this.settings = settings;
        client = new(new BasicAWSCredentials(settings.AccessKey, settings.SecretKey), new AmazonS3Config
        {
            ServiceURL = settings.Endpoint,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 8,
            HttpClientFactory = settings.VerifiesCertificate ? null : new TrustingClients(),
        });
    }

    public async Task<ServiceLink> UploadAsync(string image, string name, string file, string md5, Action<long> sent, CancellationToken cancellation)
    {
        var key = KeyOf(image, name);
        try
        {
            var etag = new FileInfo(file).Length <= PartSize ? await PutAsync(key, file, image, md5, sent, cancellation) : await PutPartsAsync(key, file, image, md5, sent, cancellation);
            return new ServiceLink($"s3://{settings.Bucket}/{key}") { Etag = etag.Trim('"') };
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw Failed(key, exception);
        }
    }

    public async Task DropAsync(string image, string name, CancellationToken cancellation)
    {
        try
        {
            await client.DeleteObjectAsync(settings.Bucket, KeyOf(image, name), cancellation);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw Failed(KeyOf(image, name), exception);
        }
    }

    public void Dispose() => client.Dispose();

    static string KeyOf(string image, string name) => $"{image}/{name}";

    async Task<string> PutAsync(string key, string file, string image, string md5, Action<long> sent, CancellationToken cancellation)
    {
        var request = new PutObjectRequest { BucketName = settings.Bucket, Key = key, FilePath = file, UseChunkEncoding = false };
        Describe(request.Metadata, image, md5);
        var etag = (await client.PutObjectAsync(request, cancellation)).ETag;
        sent(new FileInfo(file).Length);
        return etag;
    }

    async Task<string> PutPartsAsync(string key, string file, string image, string md5, Action<long> sent, CancellationToken cancellation)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = settings.Bucket, Key = key };
        Describe(begin.Metadata, image, md5);
        var upload = (await client.InitiateMultipartUploadAsync(begin, cancellation)).UploadId;
        try
        {
            var size = new FileInfo(file).Length;
            var length = PartSize * ((size / MostParts + PartSize) / PartSize);
            var etags = new PartETag[(size + length - 1) / length];
            await Parallel.ForAsync(0, etags.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation }, async (index, stop) =>
            {
                var part = new UploadPartRequest
                {
                    BucketName = settings.Bucket, Key = key, UploadId = upload, PartNumber = index + 1, FilePath = file, FilePosition = index * length,
                    PartSize = Math.Min(length, size - index * length), UseChunkEncoding = false,
                };
                etags[index] = new(index + 1, (await client.UploadPartAsync(part, stop)).ETag);
                sent(part.PartSize ?? 0);
            });
            var complete = new CompleteMultipartUploadRequest { BucketName = settings.Bucket, Key = key, UploadId = upload, PartETags = [.. etags] };
            return (await client.CompleteMultipartUploadAsync(complete, cancellation)).ETag;
        }
        catch
        {
            await client.AbortMultipartUploadAsync(settings.Bucket, key, upload, CancellationToken.None);
            throw;
        }
    }

    static void Describe(MetadataCollection metadata, string image, string md5)
    {
        metadata["md5sum"] = md5;
        metadata["x-shasta-ims-image-id"] = image;
    }

    ImsException Failed(string key, Exception exception) => new(
        "IMG7654", $"{key} cannot be written to {settings}: {exception.Message.TrimEnd('.')}. Look at S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET, and at the server.", inner: exception);

    /// <summary>For servers whose certificate does not count.</summary>
    sealed class TrustingClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
    }
}

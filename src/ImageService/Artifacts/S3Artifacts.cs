using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>How a service reaches S3.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="AccessKey">Who it is.</param>
/// <param name="SecretKey">What proves it.</param>
/// <param name="VerifiesCertificate">Whether the server's certificate counts.</param>
sealed record S3Identity(string Endpoint, string AccessKey, string SecretKey, bool VerifiesCertificate)
{
    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"{AccessKey} at {Endpoint}";
}

/// <summary>
/// Artifacts in S3, for every server that speaks it: path style, signed bodies, checksums only where the protocol requires them. Objects that
/// clients uploaded belong to another identity, whose rights it takes to move them.
/// </summary>
sealed class S3Artifacts : IArtifactStore
{
    /// <summary>The owner of objects that clients uploaded, as the original's installation names it.</summary>
    const string ClientOwner = "STS";

    // Bytes. A copy of more is made in parts, so that no request takes longer than a proxy waits.
    const long LargestCopy = 8 << 20, SmallestPart = 64 << 20;
    const int MostParts = 10_000, PartsAtOnce = 4;

    const string MetadataPrefix = "x-amz-meta-";

    readonly AmazonS3Client own, clients;
    readonly string clientsEndpoint;

    /// <param name="own">The service's own identity.</param>
    /// <param name="clients">That of clients.</param>
    /// <param name="timeout">How long an answer may take to begin.</param>
    public S3Artifacts(S3Identity own, S3Identity clients, TimeSpan timeout)
    {
        (this.own, this.clients) = (Connect(own, timeout), Connect(clients, timeout));
        Place = own.Endpoint;
        clientsEndpoint = clients.Endpoint;
    }

    public string Place { get; }

    public Task<ArtifactInfo?> FindAsync(ArtifactPath path, CancellationToken cancellation) => RunAsync(path, async () =>
    {
        var answer = await own.GetObjectMetadataAsync(path.Bucket, path.Key, cancellation);
        return (ArtifactInfo?)new ArtifactInfo(
            answer.ContentLength, Plain(answer.ETag),
            answer.Metadata.Keys.ToDictionary(name => name.StartsWith(MetadataPrefix, StringComparison.Ordinal) ? name[MetadataPrefix.Length..] : name, name => answer.Metadata[name]));
    }, () => null);

    public Task<byte[]?> ReadAsync(ArtifactPath path, int most, CancellationToken cancellation) => RunAsync(path, async () =>
    {
        using var answer = await own.GetObjectAsync(path.Bucket, path.Key, cancellation);
        if (answer.ContentLength > most)
            return null;
        var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content, cancellation);
        return (byte[]?)content.ToArray();
    }, () => null);

    public Task<string> WriteAsync(ArtifactPath path, byte[] content, CancellationToken cancellation) => RunAsync(path, async () =>
    {
        var answer = await own.PutObjectAsync(
            new PutObjectRequest { BucketName = path.Bucket, Key = path.Key, InputStream = new MemoryStream(content), UseChunkEncoding = false }, cancellation);
        return Plain(answer.ETag);
    }, () => throw new ArtifactException($"there is no bucket {path.Bucket} at {Place}"));

    public Task<string> UploadAsync(ArtifactPath path, string file, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        S3Uploads.UploadAsync(own, path, file, metadata, work => RunAsync(path, work, () => throw new ArtifactException($"there is no bucket {path.Bucket} at {Place}")), cancellation);

    public Task<bool> DownloadAsync(ArtifactPath path, string file, CancellationToken cancellation) => RunAsync(path, async () =>
    {
        using var answer = await own.GetObjectAsync(path.Bucket, path.Key, cancellation);
        await using var output = File.Create(file);
        try
        {
            await answer.ResponseStream.CopyToAsync(output, cancellation);
        }
        catch (IOException exception)
        {
            throw new ArtifactException($"{path} at {Place}: {exception.Message}", exception);
        }
        return output.Length == answer.ContentLength ? true : throw new ArtifactException($"{path} at {Place}: {output.Length} of {answer.ContentLength} bytes came");
    }, () => false);

    public Task AbandonAsync(ArtifactPath path, CancellationToken cancellation) =>
        RunAsync(path, async () =>
        {
            await S3Uploads.AbandonAsync(own, path, cancellation);
            return true;
        }, () => false);

    public async Task<string?> MoveAsync(ArtifactPath from, ArtifactPath to, CancellationToken cancellation)
    {
        if (await FindAsync(from, cancellation) is { } found)
        {
            var client = await ClientOfAsync(from, cancellation);
            await RunAsync(from, async () =>
            {
                if (found.Size <= LargestCopy)
                    await client.CopyObjectAsync(from.Bucket, from.Key, to.Bucket, to.Key, cancellation);
                else
                    await CopyInPartsAsync(client, from, to, found, cancellation);
                // Only a copy that is whole lets the source go.
                if (await FindAsync(to, cancellation) is not { } copy || copy.Size != found.Size)
                    throw new ArtifactException($"the copy of {from} at {Place} is not whole");
                await client.DeleteObjectAsync(from.Bucket, from.Key, cancellation);
                return true;
            }, () => throw new ArtifactException($"{from} went away from {Place} while it was moved"));
        }
        return (await FindAsync(to, cancellation))?.Etag;
    }

    public async Task DeleteAsync(ArtifactPath path, CancellationToken cancellation)
    {
        if (await FindAsync(path, cancellation) is null)
            return;
        var client = await ClientOfAsync(path, cancellation);
        await RunAsync(path, async () => await client.DeleteObjectAsync(path.Bucket, path.Key, cancellation), () => null!);
    }

    public async Task<SignedAddress> SignAsync(ArtifactPath path, SignedUse use, IReadOnlyDictionary<string, string> metadata, DateTimeOffset expires, CancellationToken cancellation)
    {
        // Those who upload own what they upload.
        var (client, identity) = use == SignedUse.Put ? (clients, clientsEndpoint) : (await ClientOfAsync(path, cancellation), Place);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = path.Bucket, Key = path.Key, Verb = use == SignedUse.Put ? HttpVerb.PUT : HttpVerb.GET, Expires = expires.UtcDateTime,
            Protocol = identity.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? Protocol.HTTPS : Protocol.HTTP,
        };
        var headers = metadata.ToDictionary(item => MetadataPrefix + item.Key, item => item.Value);
        foreach (var (name, value) in headers)
            request.Headers[name] = value;
        return await RunAsync(path, async () => new SignedAddress(await client.GetPreSignedURLAsync(request), headers), () => null!);
    }

    public void Dispose()
    {
        own.Dispose();
        clients.Dispose();
    }

    // What is known of an object does not come along by itself when it is copied in parts.
    static async Task CopyInPartsAsync(AmazonS3Client client, ArtifactPath from, ArtifactPath to, ArtifactInfo found, CancellationToken cancellation)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key };
        foreach (var (name, value) in found.Metadata)
            begin.Metadata[name] = value;
        var upload = (await client.InitiateMultipartUploadAsync(begin, cancellation)).UploadId;
        try
        {
            var length = Math.Max(SmallestPart, (found.Size + MostParts - 1) / MostParts);
            var etags = new PartETag[(found.Size + length - 1) / length];
            await Parallel.ForAsync(0, etags.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation }, async (index, stop) =>
            {
                var answer = await client.CopyPartAsync(new CopyPartRequest
                {
                    SourceBucket = from.Bucket, SourceKey = from.Key, DestinationBucket = to.Bucket, DestinationKey = to.Key, UploadId = upload, PartNumber = index + 1,
                    FirstByte = index * length, LastByte = Math.Min(found.Size, (index + 1) * length) - 1,
                }, stop);
                etags[index] = new(index + 1, answer.ETag);
            });
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key, UploadId = upload, PartETags = [.. etags] }, cancellation);
        }
        catch
        {
            await client.AbortMultipartUploadAsync(to.Bucket, to.Key, upload, CancellationToken.None);
            throw;
        }
    }

    async Task<AmazonS3Client> ClientOfAsync(ArtifactPath path, CancellationToken cancellation)
    {
        try
        {
            var rights = await own.GetObjectAclAsync(new GetObjectAclRequest { BucketName = path.Bucket, Key = path.Key }, cancellation);
            return rights.Owner?.Id == ClientOwner ? clients : own;
        }
        catch (AmazonS3Exception)
        {
            // Servers without access lists have one owner.
            return own;
        }
    }

    async Task<T> RunAsync<T>(ArtifactPath path, Func<Task<T>> work, Func<T> absent)
    {
        try
        {
            return await work();
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return absent();
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException)
        {
            throw new ArtifactException($"{path} at {Place}: {exception.Message}", exception);
        }
    }

    static AmazonS3Client Connect(S3Identity identity, TimeSpan timeout) => new(new BasicAWSCredentials(identity.AccessKey, identity.SecretKey), new AmazonS3Config
    {
        ServiceURL = identity.Endpoint,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        Timeout = timeout,
        // A busy server asks for patience (503) now and then.
        MaxErrorRetry = 8,
        HttpClientFactory = identity.VerifiesCertificate ? null : new TrustingClients(),
    });

    static string Plain(string etag) => etag.Trim('"');

    /// <summary>For servers whose certificate does not count (S3_SSL_VALIDATE).</summary>
    sealed class TrustingClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
    }
}

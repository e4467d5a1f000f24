using Amazon.S3;
using Amazon.S3.Model;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>Uploads of files to S3, in parts where they are large.</summary>
static class S3Uploads
{
    // Bytes.
    const long LargestPut = 64 << 20, SmallestPart = 64 << 20;
    const int MostParts = 10_000, PartsAtOnce = 4;

    /// <param name="run">Reports failures of S3 in this service's words.</param>
    /// <returns>The etag.</returns>
    public static Task<string> UploadAsync(
        AmazonS3Client client, ArtifactPath path, string file, IReadOnlyDictionary<string, string> metadata, Func<Func<Task<string>>, Task<string>> run, CancellationToken cancellation) => run(async () =>
    {
        if (new FileInfo(file).Length is > LargestPut and var size)
            return await UploadInPartsAsync(client, path, file, size, metadata, cancellation);
        var request = new PutObjectRequest { BucketName = path.Bucket, Key = path.Key, FilePath = file, UseChunkEncoding = false };
        foreach (var (name, value) in metadata)
            request.Metadata[name] = value;
        return (await client.PutObjectAsync(request, cancellation)).ETag.Trim('"');
    });

    static async Task<string> UploadInPartsAsync(
        AmazonS3Client client, ArtifactPath path, string file, long size, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = path.Bucket, Key = path.Key };
        foreach (var (name, value) in metadata)
            begin.Metadata[name] = value;
        var upload = (await client.InitiateMultipartUploadAsync(begin, cancellation)).UploadId;
        try
        {
            var length = Math.Max(SmallestPart, (size + MostParts - 1) / MostParts);
            var etags = new PartETag[(size + length - 1) / length];
            await Parallel.ForAsync(0, etags.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation }, async (index, stop) =>
            {
                var answer = await client.UploadPartAsync(new UploadPartRequest
                {
                    BucketName = path.Bucket, Key = path.Key, UploadId = upload, PartNumber = index + 1, UseChunkEncoding = false,
                    FilePath = file, FilePosition = index * length, PartSize = Math.Min(size - index * length, length),
                }, stop);
                etags[index] = new(index + 1, answer.ETag);
            });
            return (await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = path.Bucket, Key = path.Key, UploadId = upload, PartETags = [.. etags] }, cancellation)).ETag.Trim('"');
        }
        catch
        {
            await client.AbortMultipartUploadAsync(path.Bucket, path.Key, upload, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Removes parts of uploads that were not completed.</summary>
    public static async Task AbandonAsync(AmazonS3Client client, ArtifactPath path, CancellationToken cancellation)
    {
        var begun = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = path.Bucket, Prefix = path.Key }, cancellation);
        foreach (var upload in (begun.MultipartUploads ?? []).Where(upload => upload.Key == path.Key))
            await client.AbortMultipartUploadAsync(path.Bucket, path.Key, upload.UploadId, cancellation);
    }
}

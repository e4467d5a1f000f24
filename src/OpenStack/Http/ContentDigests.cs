namespace ImageSdk.OpenStack.Http;

/// <summary>What is compared of two contents. Digests are in hexadecimal digits.</summary>
public sealed record ContentDigests(long Size, string Md5, string Sha512)
{
    /// <summary>Of a file.</summary>
    /// <exception cref="OpenStackException">IMG7477: it cannot be read.</exception>
    public static async Task<ContentDigests> OfAsync(string file, CancellationToken cancellation)
    {
        try
        {
            using var digests = new PassingDigests();
            await using var stream = File.OpenRead(file);
            var buffer = new byte[1 << 18];
            long size = 0;
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0; size += read)
                digests.Add(buffer.AsSpan(0, read));
            return digests.Finish(size);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OpenStackException("IMG7477", $"{file} cannot be read to be sent: {exception.Message.TrimEnd('.')}. Make it readable, and try again.", inner: exception);
        }
    }

    /// <summary>That of an algorithm by its name in Glance; null for another one.</summary>
    internal string? Of(string algorithm) => algorithm switch { "sha512" => Sha512, "md5" => Md5, _ => null };
}

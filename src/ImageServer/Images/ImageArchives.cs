using System.Security.Cryptography;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Images;

/// <summary>
/// Makes images into archives and archives into images. An archive bears a seal that only this server can make: one that
/// comes back with it is believed, even about an image that was deleted; any other is an image like those of other callers.
/// </summary>
/// <param name="imageDirectory">Holds the secret.</param>
sealed class ImageArchives(ImageCatalogue images, string imageDirectory, ExpirationLimits limits, TimeProvider time)
{
    const string SecretName = ".secret";
    const int SecretSize = 32;

    readonly Lock gate = new();
    byte[]? secret;

    /// <exception cref="SrpcException">There is no such image.</exception>
    public byte[] Make(string name)
    {
        var image = images.Get(name) ?? throw new SrpcException($"image: {name} does not exist");
        return ImageArchiveFile.Write(new(name, image), Secret());
    }

    /// <summary>Adds the image of an archive, under the name that it had. Its objects have to be there.</summary>
    /// <param name="expiresAt">For an image that was expiring: instead of its own time, which must be over.</param>
    /// <exception cref="SrpcException">The archive is none, or its image cannot be added.</exception>
    /// <exception cref="ImageFileException">The archive is none.</exception>
    public void Restore(byte[] data, DateTimeOffset? expiresAt, SrpcCaller caller)
    {
        var (name, image) = ImageArchiveFile.Read(data);
        var now = time.GetUtcNow();
        if (image.ExpiresAt is { } old)
        {
            if (old > now)
                throw new SrpcException($"cannot restore for: {HumanDuration.Format(old - now)}");
            limits.Check(caller, expiresAt, now);
            image = image with { ExpiresAt = expiresAt };
        }
        if (images.Find(name) is not null)
            throw new SrpcException($"image: {name} already exists");
        if (CryptographicOperations.FixedTimeEquals(ImageArchiveFile.ComputeSeal(data, Secret()), ImageArchiveFile.SealOf(data)))
        {
            images.Add(name, image, overDeleted: true);
            return;
        }
        ImageName.Validate(name);
        // The original goes on with the right value, with which anybody can forge an archive.
        if (File.Exists(images.GetPath(name)))
            throw new SrpcException("HMAC mismatch");
        images.Add(name, image with { CreatedBy = caller.User, CreatedOn = now });
    }

    byte[] Secret()
    {
        lock (gate)
            return secret ??= Read() ?? MakeSecret();
    }

    string SecretPath => Path.Combine(imageDirectory, SecretName);

    byte[]? Read() => File.Exists(SecretPath) && File.ReadAllBytes(SecretPath) is { Length: SecretSize } bytes ? bytes : null;

    byte[] MakeSecret()
    {
        var bytes = RandomNumberGenerator.GetBytes(SecretSize);
        var path = $"{SecretPath}.{Guid.NewGuid():N}~";
        using (var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = (UnixFileMode)Permissions.OwnerFile,
        }))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(path, SecretPath, overwrite: true);
        DirectoryHandle.Synchronize(imageDirectory);
        return bytes;
    }
}

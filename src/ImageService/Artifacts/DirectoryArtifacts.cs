using System.Security.Cryptography;
using System.Text.Json;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>
/// Artifacts in a directory, <c>BUCKET/KEY</c>, for trying things out: nothing has to be installed. What S3 knows of an object besides its content
/// lies in <c>.metadata/BUCKET/KEY</c>; files that were put there by hand need none. Signed addresses are the service's own (<see cref="SignedPaths"/>).
/// </summary>
sealed class DirectoryArtifacts : IArtifactStore
{
    const string MetadataFolder = ".metadata", KeyFile = ".signing-key";

    readonly string root;

    /// <exception cref="IOException">The directory cannot be made.</exception>
    public DirectoryArtifacts(string root)
    {
        this.root = Path.GetFullPath(root);
        var known = Directory.CreateDirectory(Path.Combine(this.root, MetadataFolder)).FullName;
        Paths = SignedPaths.Open(Path.Combine(known, KeyFile));
    }

    public SignedPaths Paths { get; }

    public string Place => root;

    public async Task<ArtifactInfo?> FindAsync(ArtifactPath path, CancellationToken cancellation)
    {
        if (FileOf(path) is not { } file || new FileInfo(file) is not { Exists: true } info)
            return null;
        var known = ReadKnown(path);
        var etag = known is not null && known.Size == info.Length && known.Time == info.LastWriteTimeUtc.Ticks ? known.Etag : await DigestAsync(file, cancellation);
        return new(info.Length, etag, known?.Metadata ?? new Dictionary<string, string>());
    }

    public async Task<byte[]?> ReadAsync(ArtifactPath path, int most, CancellationToken cancellation) =>
        FileOf(path) is { } file && new FileInfo(file) is { Exists: true } info && info.Length <= most ? await File.ReadAllBytesAsync(file, cancellation) : null;

    public Task<string> WriteAsync(ArtifactPath path, byte[] content, CancellationToken cancellation) =>
        WriteAsync(path, new MemoryStream(content), new Dictionary<string, string>(), cancellation);

    /// <summary>Writes an object of any size, which appears as a whole.</summary>
    /// <returns>Its etag.</returns>
    /// <exception cref="ArtifactException">It cannot be a file.</exception>
    public async Task<string> WriteAsync(ArtifactPath path, Stream content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation)
    {
        var file = FileOf(path) ?? throw new ArtifactException($"{path} cannot be a file of {root}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var incoming = $"{file}.{Guid.NewGuid():n}~";
        try
        {
            string etag;
            await using (var output = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
                etag = await CopyAsync(content, output, cancellation);
            var info = new FileInfo(incoming);
            WriteKnown(path, new(info.Length, info.LastWriteTimeUtc.Ticks, etag, metadata));
            File.Move(incoming, file, overwrite: true);
            return etag;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>The file of an object; null where there is none.</summary>
    public string? FindFile(ArtifactPath path) => FileOf(path) is { } file && File.Exists(file) ? file : null;

    public Task<SignedAddress> SignAsync(ArtifactPath path, SignedUse use, IReadOnlyDictionary<string, string> metadata, DateTimeOffset expires, CancellationToken cancellation) =>
        FileOf(path) is null
            ? throw new ArtifactException($"{path} cannot be a file of {root}")
            : Task.FromResult(new SignedAddress(Paths.Sign(path, use, expires), metadata.ToDictionary(item => SignedPaths.MetadataPrefix + item.Key, item => item.Value)));

    public async Task<string> UploadAsync(ArtifactPath path, string file, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation)
    {
        await using var content = OpenRead(file);
        return await WriteAsync(path, content, metadata, cancellation);
    }

    public async Task<bool> DownloadAsync(ArtifactPath path, string file, CancellationToken cancellation)
    {
        if (FileOf(path) is not { } source || !File.Exists(source))
            return false;
        await using var input = OpenRead(source);
        await using var output = File.Create(file);
        await input.CopyToAsync(output, cancellation);
        return true;
    }

    public Task AbandonAsync(ArtifactPath path, CancellationToken cancellation)
    {
        if (FileOf(path) is { } file && Directory.Exists(Path.GetDirectoryName(file)))
        {
            foreach (var incoming in new DirectoryInfo(Path.GetDirectoryName(file)!).EnumerateFiles()
                         .Where(entry => entry.Name.EndsWith('~') && entry.Name.StartsWith(Path.GetFileName(file) + ".", StringComparison.Ordinal)).ToList())
                incoming.Delete();
            if (!File.Exists(file))
                Forget(path);
        }
        return Task.CompletedTask;
    }

    public async Task<string?> MoveAsync(ArtifactPath from, ArtifactPath to, CancellationToken cancellation)
    {
        if (FileOf(from) is not { } source || FileOf(to) is not { } target)
            return null;
        if (await FindAsync(from, cancellation) is { } found)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            WriteKnown(to, new(found.Size, File.GetLastWriteTimeUtc(source).Ticks, found.Etag, found.Metadata));
            File.Move(source, target, overwrite: true);
            Forget(from);
        }
        return (await FindAsync(to, cancellation))?.Etag;
    }

    public Task DeleteAsync(ArtifactPath path, CancellationToken cancellation)
    {
        if (FileOf(path) is { } file)
        {
            if (File.Exists(file))
                File.Delete(file);
            Forget(path);
        }
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    // Null for what would lie elsewhere, or be no file.
    string? FileOf(ArtifactPath path, string below = "")
    {
        string[] parts = [path.Bucket, .. path.Key.Split('/')];
        return parts.Any(part => part is "" or "." or ".." or MetadataFolder or KeyFile || part.Contains('\0') || part.EndsWith('~')) ? null : Path.Combine([root, below, .. parts]);
    }

    Known? ReadKnown(ArtifactPath path)
    {
        try
        {
            return FileOf(path, MetadataFolder) is { } file && File.Exists(file) ? JsonSerializer.Deserialize<Known>(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    void WriteKnown(ArtifactPath path, Known known)
    {
        var file = FileOf(path, MetadataFolder)!;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(known));
    }

    void Forget(ArtifactPath path)
    {
        if (File.Exists(FileOf(path, MetadataFolder)))
            File.Delete(FileOf(path, MetadataFolder)!);
        // Folders that nothing is in any more; the buckets stay.
        foreach (var below in new[] { "", MetadataFolder })
            for (var folder = Path.GetDirectoryName(FileOf(path, below))!; folder.Length > Path.Combine(root, below, path.Bucket).Length; folder = Path.GetDirectoryName(folder)!)
                try
                {
                    Directory.Delete(folder);
                }
                catch (IOException)
                {
                    break;
                }
    }

    static async Task<string> CopyAsync(Stream content, Stream output, CancellationToken cancellation)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 18];
        for (int count; (count = await content.ReadAsync(buffer, cancellation)) > 0;)
        {
            digest.AppendData(buffer, 0, count);
            await output.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    static FileStream OpenRead(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous);

    static async Task<string> DigestAsync(string file, CancellationToken cancellation)
    {
        await using var content = OpenRead(file);
        return Convert.ToHexStringLower(await MD5.HashDataAsync(content, cancellation));
    }

    /// <param name="Time">When the file last changed, in ticks: after another change the digest is another one.</param>
    sealed record Known(long Size, long Time, string Etag, IReadOnlyDictionary<string, string> Metadata);
}

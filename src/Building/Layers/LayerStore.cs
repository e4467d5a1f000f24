using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Diagnostics;

namespace ImageSdk.Building.Layers;

/// <summary>
/// The build cache on disk: immutable layers by key, shared by all builds of a user.
/// <code>
/// layers/ID/t        the tree, as an overlay's upper directory
/// layers/ID/index    its entries with their hashes
/// layers/ID/inputs   what the stage read, in words
/// layers/ID/log      what its commands said
/// sessions/N/        what a running build works on; swept when its owner is gone
/// locks/ID           held while somebody makes the layer
/// generations/KEY    when the layers below this key were last asked to be made anew
/// </code>
/// A layer appears by one rename, so that a killed build leaves none by halves.
/// </summary>
sealed class LayerStore
{
    /// <summary>
    /// Root and each ordinary user have a cache of their own even in a common folder: the kernel marks deleted names
    /// in other ways for them.
    /// </summary>
    public LayerStore(string cacheDirectory, uint userId)
    {
        Root = Path.Combine(cacheDirectory, $"uid-{userId}");
        LayersDirectory = Path.Combine(Root, "layers");
        SessionsDirectory = Path.Combine(Root, "sessions");
        LocksDirectory = Path.Combine(Root, "locks");
        GenerationsDirectory = Path.Combine(Root, "generations");
    }

    public string Root { get; }
    public string LayersDirectory { get; }
    public string SessionsDirectory { get; }
    public string LocksDirectory { get; }
    public string GenerationsDirectory { get; }

    public void CreateDirectories()
    {
        foreach (var directory in new[] { LayersDirectory, SessionsDirectory, LocksDirectory, GenerationsDirectory })
            Directory.CreateDirectory(directory);
    }

    /// <summary>A layer's name from its whole key: long enough to be unique, short enough for the kernel's list of layers.</summary>
    public static string IdOf(string key) => key[..24];

    public string LayerDirectory(string id) => Path.Combine(LayersDirectory, id);

    public string IndexFile(string id) => Path.Combine(LayerDirectory(id), "index");

    public string LogFile(string id) => Path.Combine(LayerDirectory(id), "log");

    /// <summary>The index is moved in last, so its presence says that all is there.</summary>
    public bool Contains(string id) => File.Exists(IndexFile(id));

    /// <exception cref="BuildException">The index is damaged; the layer no longer counts, and the next build makes it anew.</exception>
    public LayerIndex ReadIndex(string id)
    {
        try
        {
            using var file = File.OpenRead(IndexFile(id));
            using var buffered = new BufferedStream(file, 1 << 16);
            return LayerIndex.Read(buffered);
        }
        catch (InvalidDataException exception)
        {
            File.Delete(IndexFile(id));
            throw new BuildException("IMG3019",
                $"Layer {LayerDirectory(id)} of the build cache is damaged ({exception.Message}). It has been dropped; build again.", inner: exception);
        }
    }

    /// <summary>Layers with nothing in them stand for stages that ran and changed nothing; they are never mounted.</summary>
    public bool IsEmpty(string id) => File.Exists(Path.Combine(LayerDirectory(id), "empty"));

    /// <summary>Waits until nobody else makes the layer; the holder disposes the result.</summary>
    public async Task<IDisposable> LockAsync(string id, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(LocksDirectory);
        var path = Path.Combine(LocksDirectory, id);
        for (var told = false; ; told = true)
        {
            try
            {
                // Exclusive sharing is an flock on Linux; the kernel drops it when its holder dies.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path) || !told)
            {
                if (!told)
                    waiting();
                await Task.Delay(100, cancellation);
            }
        }
    }

    /// <summary>Which generation of a result is wanted: "0", or the time of the last demand to make it anew.</summary>
    public string GenerationOf(string key)
    {
        var file = Path.Combine(GenerationsDirectory, IdOf(key));
        return File.Exists(file) ? File.ReadAllText(file) : "0";
    }

    /// <summary>From now on the result under this key is another one: what was cached for it no longer counts.</summary>
    public void StartGeneration(string key)
    {
        Directory.CreateDirectory(GenerationsDirectory);
        AtomicFile.Write(Path.Combine(GenerationsDirectory, IdOf(key)), DateTime.UtcNow.Ticks.ToString());
    }

    /// <summary>The key of what a stage makes of what was there.</summary>
    public static string KeyOf(params ReadOnlySpan<string> parts)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BitConverter.TryWriteBytes(length, bytes.Length);
            hasher.AppendData(length);
            hasher.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hasher.GetHashAndReset());
    }
}

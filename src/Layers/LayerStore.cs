using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>
/// The build cache on disk: immutable layers by key, shared by all builds of a user.
/// <code>
/// layers/ID/t        the tree, as an overlay's upper directory
/// layers/ID/index    its entries with their hashes
/// layers/ID/inputs   what the stage read, in words
/// layers/ID/log      what its commands said
/// layers/ID/parts    ids of layers that it brings along, the lowest first; they lie below it wherever it does
/// layers/ID/seal     when its directories and some of its files last changed (LayerSeal)
/// layers/ID/used     empty; its time is when a build last stood on the layer
/// sessions/N/        what a running build works on; swept when its owner is gone
/// locks/ID           held while the layer is made
/// generations/KEY    when the layers below this key were last asked to be made again
/// lock               held by builds together, and alone by whoever removes layers
/// </code>
/// A layer appears by one rename, so that a killed build leaves none by halves.
/// </summary>
sealed class LayerStore
{
    /// <summary>Of directories that are one user's alone.</summary>
    public const UnixFileMode PrivateMode = (UnixFileMode)Permissions.OwnerDirectory;

    readonly TimeProvider clock;

    /// <summary>
    /// Root and each ordinary user have a cache of their own even in a common folder: the kernel marks deleted names
    /// in other ways for them. So has root of a user namespace, whose files have other owners.
    /// </summary>
    /// <param name="clock">The system's by default.</param>
    public LayerStore(string cacheDirectory, uint userId, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        var rights = ProcessRights.Current;
        Root = Path.Combine(cacheDirectory, userId == 0 && rights.IsInUserNamespace ? $"namespace-{rights.FirstId}-{rights.Ids}" : $"uid-{userId}");
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
        foreach (var directory in PrivateDirectories)
            Directory.CreateDirectory(directory, PrivateMode);
    }

    /// <summary>The directories that are this user's alone, the root first.</summary>
    public IEnumerable<string> PrivateDirectories =>
        [Root, LayersDirectory, SessionsDirectory, LocksDirectory, GenerationsDirectory, .. new[] { "packages", "apt", "plans", "downloads" }.Select(name => Path.Combine(Root, name))];

    /// <summary>A layer's tree, from <see cref="Root"/>.</summary>
    public static string TreeOf(string id) => $"layers/{id}/t";

    public string LayerDirectory(string id) => Path.Combine(LayersDirectory, id);

    public string IndexFile(string id) => Path.Combine(LayerDirectory(id), "index");

    /// <summary>What the stage read, in words; empty for a source image from the store.</summary>
    public string InputsFile(string id) => Path.Combine(LayerDirectory(id), "inputs");

    public string UsedFile(string id) => Path.Combine(LayerDirectory(id), "used");

    public string LogFile(string id) => Path.Combine(LayerDirectory(id), "log");

    /// <summary>The index is moved in last, so its presence says that all is there; but parts may have been removed.</summary>
    public bool Contains(string id) => File.Exists(IndexFile(id)) && PartsOf(id).All(part => File.Exists(IndexFile(part)));

    /// <summary>The layers that a stage made besides its last one, the lowest first; most stages make one only.</summary>
    public IReadOnlyList<string> PartsOf(string id)
    {
        var file = Path.Combine(LayerDirectory(id), "parts");
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    /// <summary>
    /// Notes that a build stands on these layers. All of a stack are noted together, so that a layer never looks older than
    /// one that lies on it.
    /// </summary>
    public void MarkUsed(IEnumerable<string> ids)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var id in ids)
        {
            try
            {
                using var file = new FileStream(UsedFile(id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, 1);
                File.SetLastWriteTimeUtc(file.SafeFileHandle, now);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A cache that is only read works all the same; its layers just look older.
            }
        }
    }

    /// <summary>When a build last stood on the layer; when it was made, where none did since.</summary>
    public DateTimeOffset LastUsed(string id) => File.GetLastWriteTimeUtc(File.Exists(UsedFile(id)) ? UsedFile(id) : IndexFile(id));

    /// <exception cref="BuildException">The index is damaged; the layer no longer counts, and the next build makes it again.</exception>
    public LayerIndex ReadIndex(string id)
    {
        try
        {
            return TryReadIndex(id) ?? throw new FileNotFoundException($"{IndexFile(id)} is missing.");
        }
        catch (InvalidDataException exception)
        {
            File.Delete(IndexFile(id));
            throw new BuildException("IMG3019",
                $"Layer {LayerDirectory(id)} of the build cache is damaged ({exception.Message}). It has been dropped; build again.", inner: exception);
        }
    }

    /// <summary>The index, or null where there is none. A damaged one is left as it is.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public LayerIndex? TryReadIndex(string id)
    {
        try
        {
            using var file = File.OpenRead(IndexFile(id));
            using var buffered = new BufferedStream(file, 1 << 16);
            return LayerIndex.Read(buffered);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What the stage read, in words; null where the layer is not there.</summary>
    public string? TryReadInputs(string id)
    {
        try
        {
            return File.ReadAllText(InputsFile(id));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The names of all layers, damaged ones included.</summary>
    public IEnumerable<string> Ids() => Directory.Exists(LayersDirectory)
        ? Directory.EnumerateDirectories(LayersDirectory).Select(directory => Path.GetFileName(directory))
        : [];

    /// <summary>Layers with nothing in them stand for stages that ran and changed nothing; they are never mounted.</summary>
    public bool IsEmpty(string id) => File.Exists(Path.Combine(LayerDirectory(id), "empty"));

    /// <summary>Waits until no other process makes the layer; the holder disposes the result.</summary>
    public Task<IDisposable> LockAsync(string id, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(LocksDirectory, PrivateMode);
        return WaitForAsync(() => OwnedFile.TryTake(Path.Combine(LocksDirectory, id), FileMode.OpenOrCreate), waiting, cancellation);
    }

    /// <summary>Keeps layers from being removed while the result is not disposed. Any number of builds hold it together.</summary>
    public Task<IDisposable> HoldAsync(Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Root, PrivateMode);
        return WaitForAsync(() => TryOpenLock(FileAccess.Read, FileShare.Read), waiting, cancellation);
    }

    static async Task<IDisposable> WaitForAsync(Func<IDisposable?> tryTake, Action waiting, CancellationToken cancellation)
    {
        for (var told = false; ; told = true)
        {
            if (tryTake() is { } taken)
                return taken;
            if (!told)
                waiting();
            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>The right to remove layers; null while a build holds them.</summary>
    public IDisposable? TryLockForRemoval() => TryOpenLock(FileAccess.ReadWrite, FileShare.None);

    // The platform's sharing modes are a shared and an exclusive flock; the kernel drops both when their holder dies. The
    // file stays: to delete it would part those who hold it from those who come.
    FileStream? TryOpenLock(FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, access, share, 1);
        }
        catch (IOException exception) when (exception.HResult == Errno.TryAgain)
        {
            return null;
        }
    }

    /// <summary>Which generation of a result is wanted: "0", or the time of the last demand to make it again.</summary>
    public string GenerationOf(string key)
    {
        var file = Path.Combine(GenerationsDirectory, CacheKey.IdOf(key));
        return File.Exists(file) ? File.ReadAllText(file) : "0";
    }

    /// <summary>How long ago the generation started; null where none ever did, or where a clock that was wrong says that it is yet to.</summary>
    public TimeSpan? AgeOfGeneration(string key) =>
        long.TryParse(GenerationOf(key), out var ticks) && ticks > 0 && ticks <= DateTime.MaxValue.Ticks && clock.GetUtcNow().Ticks - ticks is >= 0 and var age
            ? TimeSpan.FromTicks(age)
            : null;

    /// <summary>From now on the result under this key is another one: what was cached for it no longer counts.</summary>
    public void StartGeneration(string key)
    {
        Directory.CreateDirectory(GenerationsDirectory, PrivateMode);
        AtomicFile.Write(Path.Combine(GenerationsDirectory, CacheKey.IdOf(key)), clock.GetUtcNow().Ticks.ToString());
    }
}

using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Sandbox.Limits;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Speculation;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// What one worker works on: a folder of the cache that no other process touches while its lock is held. It is removed at the
/// end, or by the next worker where this one was killed.
/// </summary>
sealed class WorkerSession : IDisposable
{
    readonly OwnedFile? @lock;
    readonly SharedState shared;

    public WorkerSession(LayerStore store, IBuildListener listener, CancellationToken cancellation)
    {
        Store = store;
        Listener = listener;
        Cancellation = cancellation;
        shared = new(() => new KernelFiles(Path.Combine(Directory!, "kernel")), () => new CommandLimits(Name!, Directory!));
        store.CreateDirectories();
        OwnedFile? taken;
        do
        {
            Name = $"{Environment.TickCount64:x}-{Random.Shared.Next():x8}";
            Directory = Path.Combine(store.SessionsDirectory, Name);
            System.IO.Directory.CreateDirectory(Directory);
            taken = TryLock(Directory);
        }
        while (taken is null);
        @lock = taken;
    }

    WorkerSession(WorkerSession origin, IBuildListener listener, CancellationToken cancellation)
    {
        (Store, Name, Directory, shared) = (origin.Store, origin.Name, origin.Directory, origin.shared);
        (Listener, Cancellation) = (listener, cancellation);
    }

    /// <summary>The same session for work that reports to another listener and may be cancelled by itself. Not disposed.</summary>
    public WorkerSession For(IBuildListener listener, CancellationToken cancellation) => new(this, listener, cancellation);

    public LayerStore Store { get; }
    public IBuildListener Listener { get; }
    public CancellationToken Cancellation { get; }
    public string Name { get; }

    /// <summary>Texts that no log may have, beside a project's secrets.</summary>
    public IReadOnlyList<string> Masked
    {
        get => shared.Masked;
        set => shared.Masked = value;
    }

    public string Directory { get; }

    const string LockName = "lock";

    static readonly TimeSpan RemovalPatience = TimeSpan.FromSeconds(10);

    static string LockOf(string directory) => Path.Combine(directory, LockName);

    /// <returns>Null where another worker's sweep came in between: it takes a session that is not locked yet for an abandoned one.</returns>
    static OwnedFile? TryLock(string directory)
    {
        try
        {
            return OwnedFile.TryTake(LockOf(directory), FileMode.CreateNew);
        }
        catch (IOException exception) when (exception is DirectoryNotFoundException || exception.HResult == Errno.Exists)
        {
            return null;
        }
    }

    /// <summary>What is known of the layers that are already there.</summary>
    public LayerChecks Checks => shared.Checks;

    /// <summary>/proc and /sys of the commands that the worker runs.</summary>
    public KernelFiles Kernel => shared.Kernel.Value;

    /// <summary>What bounds the commands that the worker runs.</summary>
    public CommandLimits Limits => shared.Limits.Value;

    /// <summary>The network of the commands that may use one.</summary>
    public CommandNetwork Network => shared.Network;

    /// <summary>A folder for the next root.</summary>
    public string NextRootDirectory()
    {
        var directory = Path.Combine(Directory, Interlocked.Increment(ref shared.Roots).ToString());
        System.IO.Directory.CreateDirectory(directory);
        return directory;
    }

    /// <summary>Removes what killed workers left: their mounts ended with them, their folders did not.</summary>
    public void SweepAbandoned()
    {
        using var sessions = DirectoryHandle.Open(Store.SessionsDirectory);
        foreach (var name in sessions.ReadNames())
        {
            var directory = Path.Combine(Store.SessionsDirectory, System.Text.Encoding.UTF8.GetString(name));
            try
            {
                // One without a lock file was left while it was made, or by an earlier version while it was removed.
                using var taken = OwnedFile.TryTake(LockOf(directory), FileMode.OpenOrCreate);
                if (taken is null)
                    continue;
                CommandLimits.RemoveGroups(directory);
                Remove(sessions, name);
            }
            catch (IOException)
            {
                // Just removed by another.
            }
        }
    }

    /// <summary>What the worker does ahead of need.</summary>
    public SpeculativeWork Speculation => shared.Speculation;

    /// <summary>Removes a session's folder, its lock last: a folder without one would be abandoned if this ended in the middle.</summary>
    static void Remove(DirectoryHandle sessions, byte[] name)
    {
        var @lock = System.Text.Encoding.UTF8.GetBytes(LockName);
        using (var session = sessions.OpenDirectory(name))
            foreach (var child in session.ReadNames().Where(child => !child.AsSpan().SequenceEqual(@lock)))
                session.RemoveTree(child);
        sessions.RemoveTree(name);
    }

    public void Dispose()
    {
        Speculation.WaitForEnd();
        if (shared.Limits.IsValueCreated)
            CommandLimits.RemoveGroups(Directory);
        using (var sessions = DirectoryHandle.Open(Store.SessionsDirectory))
            for (var start = Stopwatch.GetTimestamp(); ; Thread.Sleep(10))
            {
                try
                {
                    Mounts.DetachBelow(Directory);
                    Remove(sessions, System.Text.Encoding.UTF8.GetBytes(Name));
                    break;
                }
                catch (PosixException exception) when (
                    exception.Error is Errno.NotEmpty or Errno.Busy or Errno.NoEntry && Stopwatch.GetElapsedTime(start) < RemovalPatience)
                {
                    // What was cancelled may be writing still, or a program that is being killed.
                    if (!System.IO.Directory.Exists(Directory))
                        break;
                }
            }
        @lock?.Dispose();
    }

    sealed class SharedState(Func<KernelFiles> makeKernel, Func<CommandLimits> makeLimits)
    {
        public readonly LayerChecks Checks = new();
        public readonly CommandNetwork Network = new();
        public readonly Lazy<KernelFiles> Kernel = new(makeKernel);
        public readonly Lazy<CommandLimits> Limits = new(makeLimits);
        public readonly SpeculativeWork Speculation = new();
        public int Roots;
        public volatile IReadOnlyList<string> Masked = [];
    }
}

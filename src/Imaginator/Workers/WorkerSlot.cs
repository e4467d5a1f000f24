namespace ImageSdk.Imaginator.Workers;

/// <summary>
/// A worker's own part of a state directory that workers of a machine share: each takes the first that is free, so that what lies there is used again.
/// </summary>
sealed class WorkerSlot : IDisposable
{
    readonly FileStream held;

    WorkerSlot(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    public string OutgoingDirectory => System.IO.Path.Combine(Path, "outgoing");

    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static WorkerSlot Take(string stateDirectory)
    {
        Directory.CreateDirectory(stateDirectory, (UnixFileMode)Images.Permissions.OwnerDirectory);
        for (var number = 0; ; number++)
        {
            var path = System.IO.Path.Combine(stateDirectory, "workers", $"{number}");
            Directory.CreateDirectory(path);
            try
            {
                // The file stays: removing it would let two lock different ones.
                var slot = new WorkerSlot(path, new(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
                // Of a worker that was killed.
                if (Directory.Exists(slot.OutgoingDirectory))
                    Directory.Delete(slot.OutgoingDirectory, recursive: true);
                return slot;
            }
            catch (IOException) when (number < 1000 && File.Exists(System.IO.Path.Combine(path, ".lock")))
            {
                // Another worker's.
            }
        }
    }

    public void Dispose() => held.Dispose();
}

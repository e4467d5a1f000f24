namespace ImageSdk.Imaginator.Options;

/// <summary>The directory in which a daemon keeps its state. One process uses it at a time.</summary>
static class StateDirectory
{
    public const string LockName = ".lock";

    /// <summary>What a restore unpacks, until all of it is in place.</summary>
    public const string RestoreName = ".restore~";

    /// <summary>Takes it for this process.</summary>
    /// <exception cref="IOException">Another one has it, or a restore of it was interrupted.</exception>
    public static FileStream Hold(string path, bool forRestore = false)
    {
        FileStream held;
        var file = Path.Combine(path, LockName);
        try
        {
            // The file stays: removing it would let a second daemon lock what a third does not see.
            held = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (File.Exists(file))
        {
            throw new IOException($"{path} is used by another imaginator: stop it, or use another directory (-stateDir)", problem);
        }
        if (forRestore || !Directory.Exists(Path.Combine(path, RestoreName)))
            return held;
        held.Dispose();
        throw new IOException($"a restore to {path} was interrupted, and the state is not complete: run \"imaginator restore\" again");
    }
}

namespace ImageSdk.Posix;

/// <summary>Files that others see whole or not at all.</summary>
public static class AtomicFile
{
    public static void Write(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    public static void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // No process id: workers in sandboxes are all the first process of theirs.
        var temporary = $"{path}.{Guid.NewGuid():N}~";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
                write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Leaves the file and its time alone where it has this text already.</summary>
    /// <returns>Whether it was written.</returns>
    public static bool WriteWhenDifferent(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return false;
        Write(path, text);
        return true;
    }
}

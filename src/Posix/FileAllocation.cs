namespace ImageSdk.Posix;

/// <summary>Room on a disk for files.</summary>
public static class FileAllocation
{
    /// <summary>Gives a file all the room that its length says, so that its holes take some too.</summary>
    /// <exception cref="PosixException">There is not so much room, or the file cannot be opened.</exception>
    public static void Fill(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        int error;
        do
            error = Libc.Allocate((int)file.DangerousGetHandle(), 0, RandomAccess.GetLength(file));
        while (error == Errno.Interrupted);
        if (error != 0)
            throw new PosixException("allocate", path, error);
    }
}

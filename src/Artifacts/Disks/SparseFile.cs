namespace ImageSdk.Artifacts.Disks;

/// <summary>Files whose zeros take no room.</summary>
static class SparseFile
{
    const int Piece = 64 << 10;

    public static void Create(string path, long size)
    {
        using var file = File.Create(path);
        file.SetLength(size);
    }

    /// <summary>Copies a file into another that has nothing but zeros there; pieces of zeros are left out.</summary>
    /// <param name="offset">Where in the target, bytes.</param>
    public static void Copy(string source, string target, long offset, CancellationToken cancellation)
    {
        using var from = File.OpenHandle(source);
        using var to = File.OpenHandle(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var buffer = new byte[Piece];
        var place = 0L;
        for (int count; (count = RandomAccess.Read(from, buffer, place)) > 0; place += count)
        {
            cancellation.ThrowIfCancellationRequested();
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                RandomAccess.Write(to, buffer.AsSpan(0, count), offset + place);
        }
    }
}

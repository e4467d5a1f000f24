using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Compares objects with their hashes for those who read them, so that these need not do it, each again. An object is read for that
/// once as long as its file does not change, and not at all if it came since the server started.
/// </summary>
sealed class ObjectComparison(ObjectCatalogue catalogue, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation)
{
    // So many files are open at once.
    const int Files = 256;

    long[] times = catalogue.ComparedAt(hashes);

    /// <summary>Reads the objects that were not compared yet.</summary>
    /// <returns>What is wrong with them; empty where nothing is.</returns>
    /// <exception cref="IOException">One cannot be read.</exception>
    public string Run()
    {
        if (!times.Contains(0))
            return "";
        var damaged = new List<ObjectHash>();
        var unknown = Enumerable.Range(0, hashes.Count).Where(position => times[position] == 0).DistinctBy(position => hashes[position]);
        foreach (var part in unknown.Chunk(Files))
            Compare(part, damaged);
        times = catalogue.ComparedAt(hashes);
        return damaged switch
        {
            [] => "",
            [var one] => $"object: {one} is damaged on the server's disk: add it again",
            [var first, ..] => $"object: {first} and {damaged.Count - 1} others are damaged on the server's disk: add them again",
        };
    }

    /// <summary>Makes sure that a file that is being sent is still the one that was compared.</summary>
    /// <exception cref="IOException">It has changed: whoever asks again has it compared again.</exception>
    public void Confirm(int position, SafeFileHandle file)
    {
        if (ChangeOf(file) <= times[position])
            return;
        ForgetChanged();
        throw new IOException($"object: {hashes[position]} has changed on the disk");
    }

    // Where one has changed others may have, too: whoever asks again learns of all.
    void ForgetChanged()
    {
        for (var position = 0; position < hashes.Count; position++)
        {
            try
            {
                using var file = catalogue.OpenHandle(hashes[position]);
                if (ChangeOf(file) > times[position])
                    catalogue.SetCompared(hashes[position], 0);
            }
            catch (ObjectNotFoundException)
            {
                // Now known to be gone.
            }
        }
    }

    void Compare(int[] positions, List<ObjectHash> damaged)
    {
        var files = new List<SafeFileHandle>(positions.Length);
        try
        {
            foreach (var position in positions)
                files.Add(catalogue.OpenHandle(hashes[position]));
            var changes = files.ConvertAll(ChangeOf);
            var actual = ObjectHash.OfMany([.. files.Select(file => (ReaderOf(file), RandomAccess.GetLength(file)))]);
            for (var index = 0; index < positions.Length; index++)
            {
                var hash = hashes[positions[index]];
                if (actual[index] == hash)
                    catalogue.SetCompared(hash, changes[index]);
                else
                {
                    catalogue.Condemn(hash, files[index]);
                    damaged.Add(hash);
                }
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    ContentReader ReaderOf(SafeFileHandle file)
    {
        var position = 0L;
        return buffer =>
        {
            cancellation.ThrowIfCancellationRequested();
            var total = 0;
            for (int count; total < buffer.Length && (count = RandomAccess.Read(file, buffer[total..], position)) > 0; total += count)
                position += count;
            return total;
        };
    }

    static long ChangeOf(SafeFileHandle file)
    {
        var (seconds, nanoseconds) = DirectoryHandle.Stat(file).Ctime;
        return DateTime.UnixEpoch.Ticks + (seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TimeSpan.NanosecondsPerTick);
    }
}

using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Tests;

/// <summary>Reads images of which some bytes are wrong: they are read, or there is one error.</summary>
static class Damage
{
    /// <param name="file">A small image, which is damaged in its place.</param>
    /// <param name="unpack">Unpacks it into a directory.</param>
    /// <param name="mend">Puts checksums right again after a change at a byte, so that it is not them that show the damage.</param>
    public static void Try(string file, int seed, Action<string> unpack, Action<byte[], int>? mend = null, int rounds = 150)
    {
        var whole = File.ReadAllBytes(file);
        var used = Enumerable.Range(0, whole.Length).Where(i => whole[i] != 0).ToArray();
        var target = file + " target";
        unpack(target);
        SampleTree.Run("rm", "-rf", target);
        var random = new Random(seed);
        var (read, refused) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var place = used[random.Next(used.Length)];
                damaged[place] = (byte)random.Next(256);
                mend?.Invoke(damaged, place);
            }
            // One in ten is also cut off.
            File.WriteAllBytes(file, round % 10 == 9 ? damaged[..random.Next(damaged.Length)] : damaged);
            try
            {
                unpack(target);
                read++;
            }
            catch (Exception exception) when (exception is DiskImageException or PosixException or IOException)
            {
                refused++;
            }
            // An ordinary user's directory may have lost its permissions.
            SampleTree.Run("sh", "-c", "chmod -R u+rwx \"$1\" 2>/dev/null; rm -rf \"$1\"", "sh", target);
        }
        Assert.True(read > 0 && refused > 0, $"{read} were read, {refused} refused");
    }
}

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>Programs that stand in for those that take minutes.</summary>
static class StandIn
{
    /// <summary>Takes the place of kiwi-ng. Jobs have a /tmp of their own, in which a repository that lies there is not seen.</summary>
    public static string Kiwi { get; } = Copy("kiwi-ng");

    static string Copy(string program)
    {
        var folder = Path.Combine("/dev/shm", $"imagesdk stand-ins é {Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var copy = Path.Combine(folder, program);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "StandIns", program), copy);
        return copy;
    }
}

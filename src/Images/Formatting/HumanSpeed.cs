namespace ImageSdk.Images;

/// <summary>Bytes a second, for people.</summary>
public static class HumanSpeed
{
    public static string Format(ulong bytes, TimeSpan time) =>
        $"{HumanSize.Format(time > TimeSpan.Zero ? (ulong)(bytes / time.TotalSeconds) : 0)}/s";
}

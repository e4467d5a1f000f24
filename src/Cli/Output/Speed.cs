using ImageSdk.Images;

namespace ImageSdk.Cli.Output;

/// <summary>Bytes a second.</summary>
static class Speed
{
    public static string Format(ulong bytes, TimeSpan time) =>
        $"{HumanSize.Format(time > TimeSpan.Zero ? (ulong)(bytes / time.TotalSeconds) : 0)}/s";
}

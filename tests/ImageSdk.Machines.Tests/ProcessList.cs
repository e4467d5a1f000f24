using System.Text;

namespace ImageSdk.Machines.Tests;

static class ProcessList
{
    /// <summary>Whether a QEMU runs that was given this text.</summary>
    public static bool HasOneWith(string text) => Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Any(folder =>
    {
        try
        {
            var command = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "cmdline")));
            return command.StartsWith("/usr/bin/qemu", StringComparison.Ordinal) && command.Contains(text.Replace(",", ",,"), StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended meanwhile.
        }
    });
}

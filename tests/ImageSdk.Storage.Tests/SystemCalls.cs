using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageSdk.Storage.Tests;

/// <param name="Text">Its arguments, with the paths of what is open.</param>
/// <param name="Begun">The line of the recording in which it begins.</param>
/// <param name="Done">The line in which it is over.</param>
sealed record SystemCall(string Name, string Text, int Begun, int Done);

/// <summary>
/// Calls of this process that bring files to the disk and give them names, in their order. What a power cut leaves shows there, and nowhere
/// else: killing a process loses nothing that it has written.
/// </summary>
static partial class SystemCalls
{
    const string Traced = "fsync,fdatasync,syncfs,link,linkat,rename,renameat,renameat2";

    public static async Task<IReadOnlyList<SystemCall>> RecordAsync(string folder, Func<Task> action)
    {
        var file = Path.Combine(folder, "calls");
        using var strace = Process.Start(new ProcessStartInfo("strace",
            ["-f", "-y", "-s", "4096", "-e", $"trace={Traced}", "-o", file, "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        try
        {
            var first = await strace.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Contains("attached", first);
            _ = strace.StandardError.ReadToEndAsync();
            await action();
        }
        finally
        {
            using var end = Process.Start("kill", ["-INT", strace.Id.ToString(CultureInfo.InvariantCulture)]);
            await strace.WaitForExitAsync();
        }
        return Read(File.ReadAllLines(file));
    }

    // A call during which another thread makes one has two lines.
    static List<SystemCall> Read(string[] lines)
    {
        var calls = new List<SystemCall>();
        var begun = new Dictionary<string, (string Name, string Text, int Line)>();
        foreach (var (number, line) in lines.Index())
        {
            if (Whole().Match(line) is { Success: true } whole)
                calls.Add(new(whole.Groups[2].Value, whole.Groups[3].Value, number, number));
            else if (Start().Match(line) is { Success: true } start)
                begun[start.Groups[1].Value] = (start.Groups[2].Value, start.Groups[3].Value, number);
            else if (End().Match(line) is { Success: true } end && begun.Remove(end.Groups[1].Value, out var earlier))
                calls.Add(new(earlier.Name, earlier.Text, earlier.Line, number));
        }
        return calls;
    }

    [GeneratedRegex(@"^(\d+) +(\w+)\((.*)\) += 0$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")]
    private static partial Regex Start();

    [GeneratedRegex(@"^(\d+) +<\.\.\. \w+ resumed>.*\) += 0$")]
    private static partial Regex End();
}

/// <summary>A test that records system calls.</summary>
sealed class StraceTheoryAttribute : TheoryAttribute
{
    static readonly Lazy<string?> whyNot = new(WhyNot);

    public StraceTheoryAttribute() => Skip = whyNot.Value;

    static string? WhyNot()
    {
        try
        {
            // A child that asks for its parent, as the tests do.
            using var strace = Process.Start(new ProcessStartInfo("timeout",
                ["--signal=INT", "1", "strace", "-e", "trace=none", "-p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
            var said = strace.StandardError.ReadToEnd();
            return said.Contains("attached", StringComparison.Ordinal) ? null : $"strace cannot look at the tests: {said.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs strace; eng/test.sh installs it";
        }
    }
}

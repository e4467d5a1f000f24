namespace ImageSdk.Hosting.Logs;

/// <summary>What the process's threads are doing, as far as the kernel says.</summary>
public static class ThreadStates
{
    public static IEnumerable<string> List()
    {
        yield return "thread state name";
        foreach (var directory in Directory.EnumerateDirectories("/proc/self/task").OrderBy(path => path.Length).ThenBy(path => path, StringComparer.Ordinal))
        {
            if (Read(directory) is { } line)
                yield return line;
        }
    }

    static string? Read(string directory)
    {
        try
        {
            // "1234 (name) S …": the name may hold anything.
            var status = File.ReadAllText(Path.Combine(directory, "stat"));
            var end = status.LastIndexOf(')');
            return end < 0 ? null : $"{Path.GetFileName(directory)} {status[end + 2]} {status[(status.IndexOf('(') + 1)..end]}";
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}

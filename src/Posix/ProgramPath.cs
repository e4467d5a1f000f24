namespace ImageSdk.Posix;

/// <summary>Looks programs up.</summary>
public static class ProgramPath
{
    // Administrators' programs too: an ordinary user's PATH leaves them out.
    const string Fallback = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Where a program is, as a shell would find it, and in the usual folders; null where it is not installed.</summary>
    /// <param name="name">The program's; one with a slash is a path.</param>
    public static string? Find(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? name : null;
        return $"{Environment.GetEnvironmentVariable("PATH")}:{Fallback}"
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
    }
}

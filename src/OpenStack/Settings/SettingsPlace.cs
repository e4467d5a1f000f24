namespace ImageSdk.OpenStack.Settings;

/// <summary>Where settings are looked for.</summary>
/// <param name="Variable">The value of an environment variable; null where it is not set.</param>
/// <param name="Directory">The directory whose <c>clouds.yaml</c> comes first. Relative paths in settings are taken from it.</param>
public sealed record SettingsPlace(Func<string, string?> Variable, string Directory)
{
    /// <summary>That of the process.</summary>
    public static SettingsPlace Process => new(Environment.GetEnvironmentVariable, Environment.CurrentDirectory);

    internal string? Text(string variable) => Variable(variable) is { Length: > 0 } value ? value : null;

    /// <summary>Folders with <c>clouds.yaml</c> and its kin, in the order of OpenStack's clients.</summary>
    internal IEnumerable<string> Folders()
    {
        yield return Directory;
        if (Text("XDG_CONFIG_HOME") is { } configuration)
            yield return Path.Combine(configuration, "openstack");
        else if (Text("HOME") is { } home)
            yield return Path.Combine(home, ".config", "openstack");
        yield return "/etc/openstack";
    }

    /// <summary>An absolute path of what a setting names; <c>~</c> is the user's home.</summary>
    internal string Resolve(string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = (Text("HOME") ?? "") + path[1..];
        return Path.GetFullPath(path, Directory);
    }
}

using System.Globalization;

namespace ImageSdk.Building.Manifests;

/// <summary>
/// What a repository's configuration says, as far as it matters for reading its state without running anything that it names: a
/// repository may come from anybody, and a build must not run its programs before its user has decided to build. What the user's and the
/// machine's own configuration name is run.
/// </summary>
/// <param name="Overrides">Settings that git is to be given in the place of the repository's own.</param>
/// <param name="OriginUrl">Of the remote "origin"; empty where there is none.</param>
sealed record GitConfiguration(IReadOnlyList<KeyValuePair<string, string>> Overrides, string OriginUrl)
{
    /// <summary>Settings by which reading could run something, whatever the repository is.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Harmless { get; } =
    [
        new("core.fsmonitor", "false"), new("core.hooksPath", "/dev/null"), new("core.sshCommand", "false"), new("core.gitProxy", ""),
    ];

    /// <param name="list">What git config --list --show-scope --null says; null where it failed.</param>
    public static GitConfiguration? Parse(string? list)
    {
        if (list is null)
            return null;
        var trusted = new Dictionary<string, string>(StringComparer.Ordinal);
        var overridden = new HashSet<string>(StringComparer.Ordinal);
        var url = "";
        // SCOPE NUL KEY LF VALUE NUL, or without LF and VALUE where a key stands alone. Later ones win.
        var fields = list.Split('\0');
        for (var at = 0; at + 1 < fields.Length; at += 2)
        {
            var (key, value) = fields[at + 1].IndexOf('\n') is >= 0 and var end ? (fields[at + 1][..end], fields[at + 1][(end + 1)..]) : (fields[at + 1], "true");
            if (key == "remote.origin.url")
                url = value;
            if (!IsFilterCommand(key))
                continue;
            if (fields[at] is "system" or "global")
                trusted[key] = value;
            else
                overridden.Add(key);
        }
        return new([.. Harmless, .. overridden.Order(StringComparer.Ordinal).Select(key => new KeyValuePair<string, string>(key, trusted.GetValueOrDefault(key, DefaultOf(key))))], url);
    }

    /// <summary>Hands settings to git by its environment, where a key may hold any character. Nothing is fetched either.</summary>
    public static void Apply(IReadOnlyList<KeyValuePair<string, string>> settings, IDictionary<string, string?> environment)
    {
        environment["GIT_CONFIG_COUNT"] = settings.Count.ToString(CultureInfo.InvariantCulture);
        foreach (var (index, (key, value)) in settings.Index())
        {
            environment[$"GIT_CONFIG_KEY_{index}"] = key;
            environment[$"GIT_CONFIG_VALUE_{index}"] = value;
        }
        // Objects that a partial clone lacks would be fetched by whatever program the repository names.
        environment["GIT_ALLOW_PROTOCOL"] = "";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
    }

    // git status passes changed files through them.
    static bool IsFilterCommand(string key) => key.StartsWith("filter.", StringComparison.Ordinal)
        && key[(key.LastIndexOf('.') + 1)..] is ("clean" or "smudge" or "process" or "required");

    static string DefaultOf(string key) => key.EndsWith(".required", StringComparison.Ordinal) ? "false" : "";
}

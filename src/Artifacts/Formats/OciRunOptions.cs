using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageSdk.Artifacts.Formats;

/// <summary>What a project may say about how an engine runs the image: the options, and the "config" object that they become.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/config.md</remarks>
static partial class OciRunOptions
{
    public const string Entrypoint = "Entrypoint";
    public const string Command = "Command";
    public const string Environment = "Environment";
    public const string Ports = "Ports";
    public const string Volumes = "Volumes";
    public const string Labels = "Labels";
    public const string User = "User";
    public const string WorkingDirectory = "WorkingDirectory";
    public const string StopSignal = "StopSignal";
    public const string HealthCheck = "HealthCheck";

    const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static IReadOnlyList<ArtifactOption> All { get; } =
    [
        ArtifactOption.List(Entrypoint, "the words of a command, semicolons between them (%3B for one within a word), or a JSON array", IsText),
        ArtifactOption.List(Command, "the words of a command, semicolons between them (%3B for one within a word), or a JSON array", IsText),
        ArtifactOption.Map(Environment, "NAME=value pairs, semicolons between them, or a JSON object", (name, value) => IsName(name) && IsText(value)),
        ArtifactOption.List(Ports, "ports from 1 to 65535, each alone or with a protocol: 80, 443/tcp, 53/udp, 2905/sctp", text => PortOf(text) is not null),
        ArtifactOption.List(Volumes, "absolute paths, semicolons between them", IsPath),
        ArtifactOption.Map(Labels, "NAME=value pairs, semicolons between them, or a JSON object", (name, value) => name.Length > 0 && IsText(name) && IsText(value)),
        ArtifactOption.Text(User, "", "a user, or a user and a group, by name or number: www-data, 1000:1000", text => UserRule().IsMatch(text)),
        ArtifactOption.Text(WorkingDirectory, "", "an absolute path", IsPath),
        ArtifactOption.Text(StopSignal, "", "a signal, by name or number: SIGTERM, SIGRTMIN+3, 15", text => SignalRule().IsMatch(text)),
        ArtifactOption.Text(HealthCheck, "", "a health check in JSON", _ => true),
    ];

    public static OciRunSettings Read(ArtifactContext context)
    {
        var settings = context.Settings;
        var environment = new Dictionary<string, string> { ["PATH"] = SearchPath };
        foreach (var (name, value) in settings.Map(Environment))
            environment[name] = value;
        return new(
            TextOf(settings[User]), SetOf(settings.List(Ports)?.Select(port => PortOf(port)!)), [.. environment.Select(pair => $"{pair.Key}={pair.Value}")],
            NonEmpty(settings.List(Entrypoint)), CommandOf(context), SetOf(settings.List(Volumes)), TextOf(settings[WorkingDirectory]), LabelsOf(context),
            TextOf(settings[StopSignal]), OciHealthCheck.Parse(settings[HealthCheck]));
    }

    /// <summary>What is said; without, init or a shell, unless an entry point is said, which needs no words beside its own.</summary>
    static IReadOnlyList<string>? CommandOf(ArtifactContext context)
    {
        if (context.Settings.List(Command) is { } said)
            return NonEmpty(said);
        if (context.Settings.List(Entrypoint) is { Count: > 0 })
            return null;
        return context.Tree.Index.Find("/sbin/init") is not null || context.Tree.Index.Find("/usr/sbin/init") is not null ? ["/sbin/init"] : ["/bin/sh"];
    }

    static SortedDictionary<string, string> LabelsOf(ArtifactContext context)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["org.opencontainers.image.title"] = context.Name,
            ["org.opencontainers.image.ref.name"] = context.Stream,
        };
        foreach (var (name, value) in context.Tags.Concat(context.Settings.Map(Labels)))
            labels[name] = value;
        return labels;
    }

    static SortedDictionary<string, OciMember>? SetOf(IEnumerable<string>? members) => members?.Distinct().ToList() is { Count: > 0 } list
        ? new(list.ToDictionary(member => member, _ => new OciMember()), StringComparer.Ordinal)
        : null;

    static string? TextOf(string value) => value.Length > 0 ? value : null;

    static IReadOnlyList<string>? NonEmpty(IReadOnlyList<string>? list) => list is { Count: > 0 } ? list : null;

    /// <returns>"80/tcp", or null where the text is no port.</returns>
    static string? PortOf(string text)
    {
        var slash = text.IndexOf('/');
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        return ushort.TryParse(slash < 0 ? text : text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 && protocol is "tcp" or "udp" or "sctp"
            ? $"{port}/{protocol}"
            : null;
    }

    static bool IsText(string text) => !text.Contains('\0');

    static bool IsName(string text) => text.Length > 0 && IsText(text) && !text.Contains('=');

    static bool IsPath(string text) => text.StartsWith('/') && IsText(text);

    [GeneratedRegex(@"^[^\s:\0]+(:[^\s:\0]+)?$")]
    private static partial Regex UserRule();

    [GeneratedRegex(@"^(SIG[A-Z]+([+-][0-9]{1,2})?|SIGUSR[12]|[1-9][0-9]?)$")]
    private static partial Regex SignalRule();
}

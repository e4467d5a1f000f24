namespace ImageSdk.Building.Workers;

/// <summary>How to start the surroundings of a build so that it may make a sandbox.</summary>
static class ContainerAdvice
{
    const string Docker = "docker run --privileged …, or: --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined";
    const string Podman = "podman run --privileged …, or: --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt label=disable --security-opt unmask=ALL";
    const string GitHub = "GitHub Actions: run the job on the runner itself, or give its container \"options: --privileged\"";
    const string GitLab = "GitLab: set \"privileged = true\" in the [runners.docker] section of the runner's config.toml, or use a shell runner";
    const string Kubernetes = "Kubernetes: \"securityContext: { privileged: true }\"";

    /// <summary>One sentence for what is found here; for a machine without a sign of a container, what the common programs need.</summary>
    public static string Text { get; } = Describe(File.Exists, name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });

    public static string Describe(Func<string, bool> fileExists, Func<string, bool> isSet)
    {
        string[] known =
        [
            .. isSet("GITHUB_ACTIONS") ? [GitHub] : Array.Empty<string>(),
            .. isSet("GITLAB_CI") ? [GitLab] : Array.Empty<string>(),
            .. isSet("KUBERNETES_SERVICE_HOST") ? [Kubernetes] : Array.Empty<string>(),
            .. fileExists("/.dockerenv") ? [Docker] : Array.Empty<string>(),
            .. fileExists("/run/.containerenv") ? [Podman] : Array.Empty<string>(),
        ];
        return known.Length > 0
            ? $"In this container: {string.Join("; ", known)}."
            : $"In a container: {Docker}. {Podman}.";
    }
}

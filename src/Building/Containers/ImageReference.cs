using System.Text.RegularExpressions;

namespace ImageSdk.Building.Containers;

/// <summary>A container image at a registry, as Docker's clients name it.</summary>
/// <param name="Registry">Host, and port where there is one.</param>
/// <param name="Repository">"library/debian".</param>
/// <param name="Tag">A tag, or "sha256:HEX".</param>
sealed partial record ImageReference(string Registry, string Repository, string Tag)
{
    public const string Scheme = "docker://";

    const string DockerHub = "docker.io", DockerHubRegistry = "registry-1.docker.io";

    /// <summary>Reads "docker://[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]"; null where it is none.</summary>
    public static ImageReference? TryParse(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.Ordinal) || Form().Match(text[Scheme.Length..]) is not { Success: true, Groups: var parts })
            return null;
        var (host, repository) = (parts["host"].Value, parts["repository"].Value);
        if (host.Length == 0 || host == DockerHub)
            (host, repository) = (DockerHubRegistry, repository.Contains('/', StringComparison.Ordinal) ? repository : $"library/{repository}");
        return new(host, repository, parts["digest"] is { Success: true, Value: var digest } ? digest : parts["tag"] is { Success: true, Value: var tag } ? tag : "latest");
    }

    /// <summary>A registry of the machine itself is asked without TLS, as Docker does it.</summary>
    public Uri Address => new($"{(IsLocal().IsMatch(Registry) ? "http" : "https")}://{Registry}/v2/{Repository}/");

    /// <summary>By which names the registry's user may be kept.</summary>
    public IReadOnlyList<string> Accounts => Registry == DockerHubRegistry ? ["https://index.docker.io/v1/", DockerHub, Registry] : [Registry];

    [GeneratedRegex(@"^((?<host>localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?|[A-Za-z0-9-]+:\d+|localhost:\d+)/)?(?<repository>[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)(:(?<tag>\w[\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$")]
    private static partial Regex Form();

    [GeneratedRegex(@"^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$")]
    private static partial Regex IsLocal();
}

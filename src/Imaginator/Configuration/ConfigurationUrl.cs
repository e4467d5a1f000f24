using System.Diagnostics.CodeAnalysis;
using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>
/// Where a configuration file is: a file (<c>/path</c>, <c>file:///path</c>), at a web server, or in a Git repository
/// (<c>https://host/repo.git?path/in/repo</c>, likewise http, ssh and file; <c>git@host:repo.git/path</c>).
/// </summary>
/// <param name="Kind">Which of these.</param>
/// <param name="Address">The path of the file, or the URL of the web page or the repository, with what secrets it holds.</param>
/// <param name="Path">In the repository; else empty.</param>
sealed record ConfigurationUrl(ConfigurationUrlKind Kind, string Address, string Path)
{
    const string RepositoryEnd = ".git";

    static readonly string[] gitSchemes = ["http", "https", "ssh", "git", "file"];

    /// <summary>Without user names and passwords.</summary>
    public string Name => Kind == ConfigurationUrlKind.File ? Address : Path.Length > 0 ? $"{GitUrl.WithoutCredentials(Address)}?{Path}" : GitUrl.WithoutCredentials(Address);

    /// <exception cref="FormatException">It is none of these.</exception>
    public static ConfigurationUrl Parse(string text)
    {
        if (text.StartsWith('/'))
            return new(ConfigurationUrlKind.File, text, "");
        if (TrySplitScpLike(text, out var repository, out var path))
            return new(ConfigurationUrlKind.Git, repository, path);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new FormatException($"\"{GitUrl.WithoutCredentials(text)}\" is no URL: /path, file:///path, http(s)://host/path, https://host/repo.git?path and git@host:repo.git/path are");
        if (gitSchemes.Contains(uri.Scheme) && text.Split('?', 2) is [var address, .. var query] && address.EndsWith(RepositoryEnd, StringComparison.Ordinal))
            return query is [{ Length: > 0 } inside] ? new(ConfigurationUrlKind.Git, address, inside) : throw new FormatException($"missing path in repository: {GitUrl.WithoutCredentials(address)}");
        return uri.Scheme switch
        {
            "file" => new(ConfigurationUrlKind.File, uri.LocalPath, ""),
            "http" or "https" => new(ConfigurationUrlKind.Http, text, ""),
            _ => throw new FormatException($"unknown scheme: {uri.Scheme}"),
        };
    }

    static bool TrySplitScpLike(string text, [NotNullWhen(true)] out string? repository, [NotNullWhen(true)] out string? path)
    {
        (repository, path) = (null, null);
        if (!text.StartsWith("git@", StringComparison.Ordinal))
            return false;
        var end = text.IndexOf(RepositoryEnd + "/", StringComparison.Ordinal);
        if (end <= "git@".Length)
            throw new FormatException("missing .git/ in Git URL");
        repository = text[..(end + RepositoryEnd.Length)];
        path = text[(repository.Length + 1)..];
        return path.Length > 0 ? true : throw new FormatException("missing path in repository");
    }
}

enum ConfigurationUrlKind
{
    File,
    Http,
    Git,
}

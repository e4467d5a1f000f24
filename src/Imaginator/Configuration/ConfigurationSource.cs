using System.Net.Http.Headers;
using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Reads configuration files, wherever they are.</summary>
/// <param name="mirrors">For those in repositories.</param>
/// <param name="http">For those at web servers.</param>
sealed class ConfigurationSource(GitMirrors mirrors, HttpClient http)
{
    /// <summary>Reads a file.</summary>
    /// <param name="url">Where it is; with secrets.</param>
    /// <param name="name">The same for messages, without them; null where it has none.</param>
    /// <exception cref="BuildException">IMG7310, IMG7316: it is no text, or cannot be had.</exception>
    public async Task<ConfigurationText> ReadAsync(string url, CancellationToken cancellation, string? name = null)
    {
        var shown = name ?? GitUrl.WithoutCredentials(url);
        try
        {
            var parsed = ConfigurationUrl.Parse(url);
            shown = name ?? parsed.Name;
            return parsed.Kind switch
            {
                ConfigurationUrlKind.File => ConfigurationText.Of(parsed.Address, await ReadFileAsync(parsed.Address, cancellation)),
                ConfigurationUrlKind.Http => ConfigurationText.Of(shown, await ReadHttpAsync(parsed.Address, cancellation)),
                _ => new(shown, await ReadGitAsync(parsed, cancellation)),
            };
        }
        catch (Exception problem) when (problem is FormatException or IOException or UnauthorizedAccessException or HttpRequestException or GitException)
        {
            throw new BuildException("IMG7316", $"{shown} cannot be read: {GitUrl.WithoutCredentials(problem.Message).TrimEnd('.')}.", shown, inner: problem);
        }
        catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new BuildException("IMG7316", $"{shown} cannot be read: the server does not answer.", shown, inner: problem);
        }
    }

    static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > ConfigurationText.MaximumBytes)
            throw new IOException($"it has {file.Length} bytes");
        using var content = new MemoryStream();
        await file.CopyToAsync(content, cancellation);
        return content.ToArray();
    }

    async Task<byte[]> ReadHttpAsync(string address, CancellationToken cancellation)
    {
        var url = GitUrl.Parse(address);
        using var request = new HttpRequestMessage(HttpMethod.Get, url.Address);
        if (url.User.Length > 0 || url.Password.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{url.User}:{url.Password}")));
        using var response = await http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(cancellation)
            : throw new HttpRequestException($"the server answers {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    async Task<string> ReadGitAsync(ConfigurationUrl parsed, CancellationToken cancellation)
    {
        var url = GitUrl.Parse(parsed.Address);
        var mirror = mirrors.Of(url);
        return await mirror.ReadFileAsync(url, await mirror.ResolveAsync(url, "HEAD", cancellation), parsed.Path, cancellation);
    }

    /// <summary>A client for <see cref="ConfigurationSource"/>.</summary>
    public static HttpClient CreateClient() => new() { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = ConfigurationText.MaximumBytes };
}

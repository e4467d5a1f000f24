using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Reads the main configuration and the files that it names.</summary>
/// <param name="source">Reads files.</param>
/// <param name="architecture">In the field's words: amd64, arm64.</param>
/// <param name="report">Receives what is ignored.</param>
sealed class MainConfigurationLoader(ConfigurationSource source, string architecture, Action<Diagnostic> report)
{
    /// <exception cref="BuildException">A file cannot be had or is not what is expected.</exception>
    public async Task<MainConfiguration> LoadAsync(string url, CancellationToken cancellation)
    {
        var configuration = new MainConfigurationReader(await source.ReadAsync(url, cancellation), architecture, report).Read();
        CheckCache(configuration, url);
        var streams = new Dictionary<string, BootstrapConfiguration>(StringComparer.Ordinal);
        foreach (var (name, stream) in configuration.BootstrapStreams)
            streams[name] = await LoadFilesAsync(stream, cancellation);
        return configuration with { BootstrapStreams = streams };
    }

    async Task<BootstrapConfiguration> LoadFilesAsync(BootstrapConfiguration stream, CancellationToken cancellation) => stream with
    {
        ImageFilter = await LoadAsync(stream.ImageFilterUrl, text =>
        {
            var filter = Filter.Parse(text.Text);
            filter.Validate(cancellation);
            return filter;
        }, cancellation),
        ImageTags = await LoadAsync(stream.ImageTagsUrl, text =>
            text.ReadJson(json => json.ReadTable("tags", (value, tag) => value.ReadText($"tag \"{tag}\"")), report), cancellation) ?? stream.ImageTags,
        ImageTriggers = await LoadAsync(stream.ImageTriggersUrl, text =>
        {
            var triggers = Triggers.Parse(text.Text, member => report(new(DiagnosticSeverity.Warning, "IMG7311",
                $"\"{member.Name}\" has no meaning here and is ignored. If \"{member.Nearest}\" is meant, rename it.", text.Name, member.Line, member.Column)));
            triggers.Validate();
            return triggers;
        }, cancellation),
    };

    async Task<T?> LoadAsync<T>(string url, Func<ConfigurationText, T> read, CancellationToken cancellation)
        where T : class
    {
        if (url.Length == 0)
            return null;
        var text = await source.ReadAsync(url, cancellation);
        // For its words about what is wrong.
        return text.Convert(() => read(text));
    }

    static void CheckCache(MainConfiguration configuration, string url)
    {
        var directory = configuration.Cache.BaseDirectory;
        if (directory.Length > 0 && !Directory.Exists(directory))
            throw new BuildException("IMG7316", $"the BaseDirectory of the Cache, {directory}, is no directory. Make it, or name another one.", Git.GitUrl.WithoutCredentials(url));
    }
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Backups;

/// <summary>The files of this machine that say how a daemon works.</summary>
/// <param name="options">The daemon's.</param>
/// <param name="etc">Where configuration lies: "/etc".</param>
/// <param name="note">Receives what cannot be looked at.</param>
sealed class ConfigurationFiles(ImaginatorOptions options, string etc, Action<string> note)
{
    /// <summary>Those that are there, each once, with their permissions.</summary>
    public IReadOnlyList<BackedUpFile> List()
    {
        string[] secrets = [options.VariablesFile, options.Jobs.File, options.KeyFile];
        string[] others =
        [
            Path.Combine(etc, "default", options.Name), Path.Combine(etc, options.Name, "flags.default"), Path.Combine(etc, options.Name, "flags.extra"),
            options.AuthoritiesFile, options.IdentityAuthoritiesFile, options.CertificateFile, .. ListNamed(),
        ];
        return
        [
            .. secrets.Select(file => (file, true)).Concat(others.Select(file => (file, false))).Select(each => (Path: PathOf(each.Item1), IsSecret: each.Item2))
                .Where(each => each.Path is not null && File.Exists(each.Path)).DistinctBy(each => each.Path)
                .Select(each => new BackedUpFile(each.Path!, (int)File.GetUnixFileMode(each.Path!), each.IsSecret)),
        ];
    }

    /// <summary>The main configuration and the files that it names.</summary>
    IEnumerable<string> ListNamed()
    {
        if (options.RunnerFile.Length > 0)
            yield return options.RunnerFile;
        yield return options.ConfigurationUrl;
        if (PathOf(options.ConfigurationUrl) is not { } path || !File.Exists(path))
            yield break;
        MainConfiguration main;
        try
        {
            main = new MainConfigurationReader(ConfigurationText.Of(path, File.ReadAllBytes(path)), MachineArchitecture.Own, _ => { }).Read();
        }
        catch (BuildException problem)
        {
            note($"files that the main configuration names are not in the backup: {problem.Diagnostic.ToLine()}");
            yield break;
        }
        foreach (var url in main.BootstrapStreams.Values.SelectMany(stream => new[] { stream.ImageFilterUrl, stream.ImageTagsUrl, stream.ImageTriggersUrl }).Prepend(main.ImageStreamsUrl))
            yield return url;
    }

    /// <returns>Null for what is at a server, in a repository, or nowhere.</returns>
    static string? PathOf(string url)
    {
        try
        {
            return url.Length > 0 && ConfigurationUrl.Parse(url) is { Kind: ConfigurationUrlKind.File, Address: var path } ? Path.GetFullPath(path) : null;
        }
        catch (FormatException)
        {
            // A path that is not a whole one, as flags may have.
            return url.Contains(':', StringComparison.Ordinal) ? null : Path.GetFullPath(url);
        }
    }
}

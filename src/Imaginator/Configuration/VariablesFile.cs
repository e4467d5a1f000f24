using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>
/// The variables that are kept out of the other files, such as passwords of repositories. Read again when the file changes; what cannot be
/// read then leaves the old ones in force.
/// </summary>
/// <param name="path">Of the file; empty for none.</param>
/// <param name="source">Reads it.</param>
/// <param name="report">Receives what is wrong with it, and what is ignored.</param>
/// <param name="log">Receives a line each time they are read.</param>
/// <param name="time">The clock.</param>
sealed class VariablesFile(string path, ConfigurationSource source, Action<Diagnostic> report, Action<string> log, TimeProvider time)
{
    string? text;

    /// <summary>The variables now.</summary>
    public IReadOnlyDictionary<string, string> Current { get; private set; } = new Dictionary<string, string>();

    /// <summary>Reads them for the first time.</summary>
    /// <exception cref="BuildException">They cannot be had, or are none.</exception>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (path.Length > 0)
            Take(await source.ReadAsync(path, cancellation));
    }

    /// <summary>Reads them again whenever the file changes.</summary>
    public Task WatchAsync(CancellationToken cancellation) => path.Length == 0 ? Task.CompletedTask : new ConfigurationWatch(path, TimeSpan.Zero, time).RunAsync(LookAsync, cancellation);

    async Task<bool> LookAsync(CancellationToken cancellation)
    {
        try
        {
            Take(await source.ReadAsync(path, cancellation));
            return true;
        }
        catch (BuildException problem)
        {
            report(problem.Diagnostic with { Message = $"{problem.Diagnostic.Message} The variables that were read before stay in force." });
            return false;
        }
    }

    void Take(ConfigurationText read)
    {
        if (read.Text == text)
            return;
        Current = VariablesReader.Read(read, report);
        log(text is null ? "Loaded variables" : "Loaded new variables");
        text = read.Text;
    }
}

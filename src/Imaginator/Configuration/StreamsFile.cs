using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>
/// The streams file: read at the start and whenever it changes. What is good is kept in the state directory, and used at a start at which the
/// file cannot be had; a bad one is reported, and the last good one stays in force.
/// </summary>
/// <param name="url">As the main configuration has it, without variables expanded; empty for none.</param>
/// <param name="interval">How often it is looked at.</param>
/// <param name="variables">For its URL.</param>
/// <param name="source">Reads it.</param>
/// <param name="savedFile">Where the last good one is kept.</param>
/// <param name="architecture">In the field's words: amd64, arm64.</param>
/// <param name="report">Receives what is wrong with it and what is skipped.</param>
/// <param name="time">The clock.</param>
sealed class StreamsFile(
    string url, TimeSpan interval, Func<IReadOnlyDictionary<string, string>> variables, ConfigurationSource source, string savedFile, string architecture,
    Action<Diagnostic> report, TimeProvider time)
{
    /// <summary>How long a start waits for the file before it uses the one that was kept.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim turn = new(1);
    string? text;
    string? refused;

    /// <summary>What it says now; empty before it was read.</summary>
    public StreamTable Current { get; private set; } = StreamTable.Empty;

    /// <summary>What is wrong with the newest one; null where that is the one in force.</summary>
    public Diagnostic? Problem { get; private set; }

    /// <summary>When the one in force was read; null before.</summary>
    public DateTimeOffset? LoadedAt { get; private set; }

    /// <summary>Done when there is one in force.</summary>
    public Task Loaded => loaded.Task;

    /// <summary>Raised after another one came into force.</summary>
    public event Action? Changed;

    /// <summary>Where it is, as it may be shown.</summary>
    public string Name => Git.GitUrl.WithoutCredentials(url);

    /// <summary>Reads it now and whenever it changes.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        if (url.Length == 0)
        {
            Apply("", StreamTable.Empty);
            return;
        }
        var watching = new ConfigurationWatch(Expand(), interval, time).RunAsync(ReloadAsync, cancellation);
        if (await Task.WhenAny(loaded.Task, watching, Task.Delay(patience, time, cancellation)) != loaded.Task)
            await UseSavedAsync(cancellation);
        await watching;
    }

    /// <summary>Reads it at once.</summary>
    /// <returns>Whether it could be read and is good.</returns>
    public async Task<bool> ReloadAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (url.Length == 0)
                return true;
            var read = await source.ReadAsync(Expand(), cancellation, name: IsSecretFree ? null : Name);
            if (read.Text == text)
            {
                Problem = null;
                return true;
            }
            if (read.Text == refused)
                return true;
            refused = read.Text;
            Apply(read.Text, new StreamTableReader(read, architecture, report).Read());
            await SaveAsync(read.Text, cancellation);
            return true;
        }
        catch (BuildException problem)
        {
            Refuse(problem.Diagnostic);
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    void Apply(string read, StreamTable table)
    {
        (Current, Problem, LoadedAt) = (table, null, time.GetUtcNow());
        (text, refused) = (read, null);
        loaded.TrySetResult();
        Changed?.Invoke();
    }

    void Refuse(Diagnostic problem)
    {
        if (LoadedAt is not null)
            problem = problem with { Message = $"{problem.Message} The streams that were read before stay in force." };
        if (Problem != problem)
            report(problem);
        Problem = problem;
    }

    async Task UseSavedAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (LoadedAt is not null || !File.Exists(savedFile))
                return;
            var saved = await source.ReadAsync(savedFile, cancellation);
            var problem = Problem;
            Apply(saved.Text, new StreamTableReader(saved, architecture, _ => { }).Read());
            Problem = problem;
            report(new(DiagnosticSeverity.Warning, "IMG7317", $"{Name} cannot be had: the streams of the last time are used, from {savedFile}."));
        }
        catch (BuildException problem)
        {
            report(problem.Diagnostic);
        }
        finally
        {
            turn.Release();
        }
    }

    async Task SaveAsync(string read, CancellationToken cancellation)
    {
        var incoming = savedFile + "~";
        try
        {
            await File.WriteAllTextAsync(incoming, read, cancellation);
            File.Move(incoming, savedFile, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report(new(DiagnosticSeverity.Warning, "IMG7317", $"The streams cannot be kept for the next start: {problem.Message}"));
        }
    }

    bool IsSecretFree => !url.Contains('$');

    string Expand() => VariableExpansion.Expand(url, name => variables().GetValueOrDefault(name));
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ImageSdk.Imaginator.Git;

/// <summary>Runs git in a bare repository. Secrets go by its environment, which other users do not see.</summary>
/// <param name="directory">The repository.</param>
/// <param name="url">Where it comes from.</param>
sealed class GitCommand(string directory, GitUrl url)
{
    const string UserVariable = "IMAGINATOR_GIT_USER";
    const string PasswordVariable = "IMAGINATOR_GIT_PASSWORD";

    /// <summary>A helper of git's own kind (gitcredentials(7)); printf is a builtin of the shell, and appears in no list of processes.</summary>
    const string CredentialHelper = $"!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${UserVariable}\" \"${PasswordVariable}\"; }}; f";

    /// <summary>Runs it to its end.</summary>
    /// <param name="input">For its standard input; null for none.</param>
    /// <param name="index">The index that it works on; null for none.</param>
    /// <param name="encoding">Of what it writes; null for UTF-8.</param>
    /// <returns>Its exit status and what it wrote.</returns>
    /// <exception cref="GitException">There is no git.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled and has ended.</exception>
    public async Task<GitResult> TryRunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellation, string? input = null, string? index = null, Encoding? encoding = null)
    {
        // What lands in images must not depend on the daemon's umask.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "umask 022 && exec git \"$@\"", "git", "--git-dir", directory, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory,
            StandardOutputEncoding = encoding,
        };
        Prepare(start.Environment, index);
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await using (process.StandardInput)
                await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellation);
            await process.WaitForExitAsync(cancellation);
            return new(process.ExitCode, await output, GitUrl.WithoutCredentials((await errors).Trim()));
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            throw new GitException($"git {arguments[0]}: {problem.Message}", problem);
        }
    }

    /// <inheritdoc cref="TryRunAsync"/>
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="GitException">It fails; the message has what it says.</exception>
    public async Task<string> RunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellation, string? input = null, string? index = null, Encoding? encoding = null)
    {
        var result = await TryRunAsync(arguments, cancellation, input, index, encoding);
        return result.ExitCode == 0 ? result.Output : throw new GitException($"error running: git {arguments.First(word => !word.StartsWith('-'))}: {result.Errors}");
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new GitException($"git cannot be run: {problem.Message}", problem);
        }
    }

    void Prepare(IDictionary<string, string?> environment, string? index)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("GIT_CONFIG", StringComparison.Ordinal)).ToArray())
            environment.Remove(name);
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["LC_ALL"] = "C";
        environment.TryAdd("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        if (index is not null)
            environment["GIT_INDEX_FILE"] = index;
        if (url.User.Length == 0 && url.Password.Length == 0)
            return;
        (string Key, string Value)[] settings = [("credential.helper", ""), ("credential.helper", CredentialHelper)];
        environment["GIT_CONFIG_COUNT"] = settings.Length.ToString(CultureInfo.InvariantCulture);
        foreach (var (number, (key, value)) in settings.Index())
        {
            environment[$"GIT_CONFIG_KEY_{number}"] = key;
            environment[$"GIT_CONFIG_VALUE_{number}"] = value;
        }
        environment[UserVariable] = url.User;
        environment[PasswordVariable] = url.Password;
    }
}

/// <param name="Errors">What it wrote to its standard error, without URLs' credentials.</param>
sealed record GitResult(int ExitCode, string Output, string Errors);

using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.Imaginator.Running;

namespace ImageSdk.Imaginator.Batch.Slurm;

/// <summary>Runs the programs of Slurm's clients.</summary>
static class SlurmCommand
{
    /// <summary>What its clients say then.</summary>
    static readonly string[] away = ["Unable to contact slurm controller", "Socket timed out", "Zero Bytes were transmitted", "Slurm backup controller in standby mode"];

    /// <param name="input">For its standard input.</param>
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="BatchException">It cannot be run, or fails; the message has what it says.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        // Variables that stand for options of sbatch and its kin.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SBATCH_", StringComparison.Ordinal) || name.StartsWith("SQUEUE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                await using (process.StandardInput)
                    await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
                await process.WaitForExitAsync(cancellation);
                return process.ExitCode == 0 ? await output : throw Failure($"{program}: {(await errors).Trim()}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Exception problem) when (problem is Win32Exception or IOException)
        {
            throw Failure($"{program} cannot be run: {problem.Message}", problem);
        }
    }

    /// <summary>Whether Slurm's controller did not answer, which says nothing of what was asked.</summary>
    public static bool IsAway(BatchException problem) => away.Any(text => problem.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    public static BatchException Failure(string message, Exception? inner = null) => new("IMG7356", message, inner);
}

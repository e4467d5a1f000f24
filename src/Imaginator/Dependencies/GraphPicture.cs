using System.ComponentModel;
using System.Diagnostics;

namespace ImageSdk.Imaginator.Dependencies;

/// <summary>Draws a graph with Graphviz, where it is installed. The last picture is kept, as the graph seldom changes.</summary>
sealed class GraphPicture
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether Graphviz is installed.</summary>
    public static bool IsAvailable => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "dot")));

    readonly SemaphoreSlim turn = new(1);
    (string Dot, string? Svg)? last;

    /// <summary>The picture, as SVG; null where there is no Graphviz, or it takes too long.</summary>
    /// <param name="dot">The graph.</param>
    public async Task<string?> DrawAsync(string dot, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (last is not { } kept || kept.Dot != dot)
                last = kept = (dot, await RunAsync(dot, cancellation));
            return kept.Svg;
        }
        finally
        {
            turn.Release();
        }
    }

    static async Task<string?> RunAsync(string dot, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("dot", ["-Tsvg"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            return null;
        }
        using var owned = process;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await using (process.StandardInput)
                await process.StandardInput.WriteAsync(dot.AsMemory(), limit.Token);
            await process.WaitForExitAsync(limit.Token);
            await errors;
            return process.ExitCode == 0 ? await output : null;
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Imaginator.Dependencies;

/// <summary>Draws graphs with Graphviz, where it is installed. The pictures that were asked for last are kept, as graphs seldom change.</summary>
sealed class GraphPicture
{
    const int MostKept = 16;
    const string Program = "dot";

    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether Graphviz is installed.</summary>
    public static bool IsAvailable => ProgramPath.Find(Program) is not null;

    readonly SemaphoreSlim turn = new(1);
    readonly LinkedList<(string Dot, string? Svg)> kept = [];

    /// <summary>The picture, as SVG; null where there is no Graphviz, or it takes too long.</summary>
    /// <param name="dot">The graph.</param>
    public async Task<string?> DrawAsync(string dot, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var picture = kept.FirstOrDefault(each => each.Dot == dot);
            if (picture.Dot is null)
                picture = (dot, await RunAsync(dot, cancellation));
            else
                kept.Remove(picture);
            kept.AddFirst(picture);
            if (kept.Count > MostKept)
                kept.RemoveLast();
            return picture.Svg;
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
            process = Process.Start(new ProcessStartInfo(ProgramPath.Find(Program) ?? Program, ["-Tsvg"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
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

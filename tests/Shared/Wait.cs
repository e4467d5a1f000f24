using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ImageSdk.Tests;

/// <summary>Waits for what other threads, processes and servers do. Every wait has a limit, and says what did not happen.</summary>
static class Wait
{
    /// <summary>Long enough for a busy machine; a test that passes does not wait that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    static readonly TimeSpan pause = TimeSpan.FromMilliseconds(10);

    /// <param name="isSo">Looks, now and then. What has to be done meanwhile, it does.</param>
    /// <param name="limit">Longest time; <see cref="Patience"/> where none is given.</param>
    /// <param name="explain">What is worth knowing where it does not happen, such as a log.</param>
    public static Task UntilAsync(
        Func<bool> isSo, TimeSpan? limit = null, Func<string>? explain = null, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        UntilAsync(() => Task.FromResult(isSo()), limit, explain, what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, TimeSpan?, Func{string}?, string)"/>
    public static async Task UntilAsync(
        Func<Task<bool>> isSo, TimeSpan? limit = null, Func<string>? explain = null, [CallerArgumentExpression(nameof(isSo))] string what = "")
    {
        for (var clock = Stopwatch.StartNew(); !await isSo(); await Task.Delay(pause))
        {
            if (clock.Elapsed > (limit ?? Patience))
                throw new TimeoutException($"it did not come to this in {clock.Elapsed.TotalSeconds:0} s: {what}\n{explain?.Invoke()}");
        }
    }

    /// <summary>The same for what has to happen while tasks go on: one that has failed ends the wait with its fault.</summary>
    public static Task UntilAsync(
        Func<bool> isSo, IEnumerable<Task> unless, TimeSpan? limit = null, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        UntilAsync(async () =>
        {
            if (isSo())
                return true;
            foreach (var ended in unless.Where(task => task.IsCompleted))
                await ended;
            return false;
        }, limit, explain: null, what);
}

using ImageSdk.Cli.Hosting;
using ImageSdk.Images;
using Spectre.Console;

namespace ImageSdk.Cli.Output;

/// <summary>Draws on standard error how far a long work has come, where that is a terminal.</summary>
static class ProgressBar
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <param name="host">Says whether a terminal shows it.</param>
    /// <param name="title">What is done.</param>
    /// <param name="total">All that is to be done; 0 where it is not known.</param>
    /// <param name="readDone">What is done so far; called from another thread.</param>
    /// <param name="work">The work.</param>
    public static async Task<T> RunAsync<T>(CommandHost host, string title, long total, Func<long> readDone, Func<Task<T>> work)
    {
        if (!host.IsErrorTerminal)
            return await work();
        return await DrawAsync(host, title, total, readDone, work);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(CommandHost host, string title, long total, Func<long> readDone, Func<Task> work) => RunAsync(
        host, title, total, readDone, async () =>
        {
            await work();
            return true;
        });

    // By itself, so that who has no terminal does not wait for the console library to load.
    static async Task<T> DrawAsync<T>(CommandHost host, string title, long total, Func<long> readDone, Func<Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        return await console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(title, maxValue: Math.Max(1, total));
                bar.IsIndeterminate = total == 0;
                var working = Task.Run(work);
                while (await Task.WhenAny(working, Task.Delay(Period)) != working)
                {
                    bar.Value = readDone();
                    bar.Description = $"{title} {HumanSize.Format((ulong)readDone())}";
                }
                return await working;
            });
    }
}

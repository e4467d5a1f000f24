using Spectre.Console;

namespace ImageSdk.Cli.Output;

/// <summary>Draws on standard error how far unpacking has come, where that is a terminal.</summary>
static class UnpackProgress
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <param name="host">Says whether there is somebody to look at it.</param>
    /// <param name="total">Files in all.</param>
    /// <param name="readCount">Files so far; called from another thread.</param>
    /// <param name="work">The unpacking.</param>
    public static void Run(CommandHost host, ulong total, Func<int> readCount, Action work)
    {
        if (!host.IsErrorTerminal)
        {
            work();
            return;
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var bar = progress.AddTask("Unpacking", maxValue: Math.Max(1, total));
                var working = Task.Run(work);
                while (Task.WaitAny([working], Period) < 0)
                    bar.Value = readCount();
                working.GetAwaiter().GetResult();
            });
    }
}

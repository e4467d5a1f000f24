// Arguments: the database, the worker's name, its lease in milliseconds, a file for marks.
// Jobs of kind "mark" write "begin ID TOKEN" and, after the milliseconds of their input, "end ID TOKEN" to it; those of kind "die" kill the process.
using System.Text;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

using var stop = new CancellationTokenSource();
using var signal = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
await using var queue = await JobQueue.OpenAsync(args[0], new()
{
    LeaseTime = TimeSpan.FromMilliseconds(int.Parse(args[2])),
    RetryDelay = _ => TimeSpan.Zero,
    Report = Console.Error.WriteLine,
});
var gate = new Lock();

void Mark(string text)
{
    // One write each, to the end of a file that others write to.
    lock (gate)
    {
        using var file = new FileStream(args[3], FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(Encoding.UTF8.GetBytes(text + "\n"));
    }
}

var handlers = new Dictionary<string, JobHandler>
{
    ["mark"] = async (context, cancel) =>
    {
        Mark($"begin {context.Job.Id} {context.Token}");
        await context.Log.WriteAsync(Encoding.UTF8.GetBytes($"attempt {context.Job.Attempt} by {args[1]}\n"), cancel);
        await Task.Delay(int.Parse(context.Job.Input), cancel);
        Mark($"end {context.Job.Id} {context.Token}");
        return args[1];
    },
    ["die"] = (_, _) =>
    {
        System.Diagnostics.Process.GetCurrentProcess().Kill();
        return Task.FromResult<string?>(null);
    },
};
Console.WriteLine("ready");
await new JobRunner(queue, new(args[1], []), handlers, new() { Concurrency = 2, ShutdownTime = TimeSpan.Zero }).RunAsync(stop.Token);

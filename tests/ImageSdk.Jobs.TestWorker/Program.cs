// Arguments: the database, the worker's name, its lease in milliseconds, a folder for marks.
// Jobs of kind "mark" write "begin ID TOKEN" and, after the milliseconds of their input, "end ID TOKEN" to files there; those of kind "die" kill the process.
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
void Mark(string text)
{
    // A file each, there at once and as a whole: several processes write, and are killed meanwhile.
    var file = Path.Combine(args[3], $"{Guid.NewGuid():N}");
    File.WriteAllText(file, text);
    File.Move(file, file + ".mark");
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

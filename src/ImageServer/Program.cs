using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Hosting.Flags;
using ImageSdk.Srpc;
using ImageSdk.Storage;

const int Failed = 1;
const int WrongUsage = 2;

if (args is ["-h" or "-help" or "--help"])
{
    Console.WriteLine("imageserver keeps images and serves them over SRPC and HTTP. Flags:");
    Console.Write(ServerFlags.Describe());
    return 0;
}
if (args is ["-version" or "--version"])
{
    Console.WriteLine($"imageserver {ServerVersion.Text}");
    return 0;
}
ServerOptions options;
try
{
    options = ServerFlags.Read(args, "/etc");
}
catch (FlagException problem)
{
    Console.Error.WriteLine($"imageserver: {problem.Message}");
    Console.Error.WriteLine("imageserver -help lists the flags.");
    return WrongUsage;
}
if (Environment.IsPrivilegedProcess && !options.AllowRoot)
{
    Console.Error.WriteLine("imageserver: do not run this as root: give its directories to a user of its own (or start with -allowRoot)");
    return Failed;
}
using var log = new ServerLog(options, TimeProvider.System);
if (options.LogAtStartup)
    log.Write($"Startup: {ServerVersion.Text}");
try
{
    await using var server = await ImageServerHost.StartAsync(options, log);
    var stopped = new TaskCompletionSource();
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    await stopped.Task;
    log.Write("Stopping");
    return 0;

    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stopped.TrySetResult();
    }
}
catch (Exception problem) when (problem is SrpcException or StoreException or IOException or UnauthorizedAccessException or SocketException or FormatException)
{
    log.Write($"Cannot start: {problem.Message}");
    if (options.LogDirectory.Length > 0 && !options.AlsoLogToStderr)
        Console.Error.WriteLine($"imageserver: {problem.Message}");
    return Failed;
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageSdk.Tests;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>A server that ends with the tests, however those end: its shell waits for the end of its standard input, which is theirs.</summary>
sealed class ServerProcess(string name, string directory, string[] command) : IAsyncDisposable
{
    Process? process;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    string Log => Path.Combine(directory, name + ".log");

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log)[Math.Max(0, (int)new FileInfo(Log).Length - 4000)..] : "";

    public void Start()
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, WorkingDirectory = directory };
        foreach (var word in (string[])["-c", "log=$1; shift; \"$@\" >> \"$log\" 2>&1 < /dev/null & read line; kill -KILL $!; wait", "sh", Log, "setpriv", "--pdeathsig", "KILL", .. command])
            start.ArgumentList.Add(word);
        // What a user has set for his own cloud is not for these.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("OS_", StringComparison.Ordinal) || key.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        start.Environment["LC_ALL"] = "C.UTF-8";
        process = Process.Start(start)!;
    }

    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Until something answers, or a minute or two have passed.</summary>
    public async Task UntilAnswersAsync(Uri address)
    {
        using var client = new HttpClient();
        await Wait.UntilAsync(async () =>
        {
            try
            {
                using var answer = await client.GetAsync(address);
                return true;
            }
            catch (HttpRequestException)
            {
                return process is { HasExited: false } ? false : throw new InvalidOperationException($"{name} has ended:\n{ReadLog()}");
            }
        }, explain: ReadLog);
    }

    public static async Task RunAsync(string directory, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var run = Process.Start(start)!;
        var (output, error) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {await error}{await output}");
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}

using System.Net.Sockets;
using System.Text;

namespace ImageSdk.Hosting;

/// <summary>Tells the service manager how a daemon is doing (sd_notify(3)); does nothing where none asked for it.</summary>
static class SystemdNotifier
{
    const string SocketVariable = "NOTIFY_SOCKET";
    const string IntervalVariable = "WATCHDOG_USEC";
    const int PatienceMilliseconds = 1000;

    public static void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public static void Stopping() => Send("STOPPING=1");

    /// <summary>Signs of life, twice as often as the manager asks for them (WatchdogSec=), until cancelled.</summary>
    public static async Task KeepAliveAsync(TimeProvider time, CancellationToken cancellation)
    {
        if (!long.TryParse(Environment.GetEnvironmentVariable(IntervalVariable), out var microseconds) || microseconds <= 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromMicroseconds(microseconds / 2.0), time);
        try
        {
            do
                Send("WATCHDOG=1");
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
        }
    }

    static void Send(string text)
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } path)
            return;
        try
        {
            // A manager that does not read must not hold up the daemon.
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = PatienceMilliseconds };
            // A name that begins with @ is an abstract one.
            socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            // A manager that does not listen is no reason to fail.
        }
    }
}

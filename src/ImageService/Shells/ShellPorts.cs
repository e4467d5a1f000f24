using System.Net;
using System.Net.Sockets;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Shells;

/// <summary>The ports of shells. One that a program of someone else has is left out; who is faster is for sshd to find out.</summary>
sealed class ShellPorts(ShellSettings settings)
{
    readonly HashSet<int> taken = [];

    /// <param name="wanted">That it had before; 0 for any.</param>
    /// <exception cref="RunException">IMG7631: all are taken.</exception>
    public Held Take(int wanted)
    {
        lock (taken)
            foreach (var port in Enumerable.Range(settings.FirstPort, settings.LastPort - settings.FirstPort + 1).OrderBy(port => port == wanted ? 0 : 1))
                if (!taken.Contains(port) && IsFree(port))
                {
                    taken.Add(port);
                    return new(this, port);
                }
        throw new RunException("IMG7631", $"All ports of shells, {settings.FirstPort} to {settings.LastPort}, are taken. Have more of them (-sshPorts), or end jobs that wait for their users.");
    }

    static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public sealed class Held(ShellPorts ports, int number) : IDisposable
    {
        public int Number => number;

        public void Dispose()
        {
            lock (ports.taken)
                ports.taken.Remove(number);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using ImageSdk.ImageService.Problems;

namespace ImageSdk.ImageService.Shells;

/// <summary>The ports of shells. One that a program of someone else has is left out; who is faster is for sshd to find out.</summary>
sealed class ShellPorts(ShellSettings settings)
{
    readonly HashSet<(string, int)> taken = [];

    /// <param name="node">Whose port; empty for this machine.</param>
    /// <param name="wanted">That it had before; 0 for any.</param>
    /// <exception cref="RunException">IMG7631: all are taken.</exception>
    public Held Take(string node, int wanted)
    {
        lock (taken)
            foreach (var port in Enumerable.Range(settings.FirstPort, settings.LastPort - settings.FirstPort + 1).OrderBy(port => port == wanted ? 0 : node.Length == 0 ? 1 : Random.Shared.Next(1, int.MaxValue)))
                if (!taken.Contains((node, port)) && (node.Length > 0 || IsFree(port)))
                {
                    taken.Add((node, port));
                    return new(this, node, port);
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

    public sealed class Held(ShellPorts ports, string node, int number) : IDisposable
    {
        public int Number => number;

        public void Dispose()
        {
            lock (ports.taken)
                ports.taken.Remove((node, number));
        }
    }
}

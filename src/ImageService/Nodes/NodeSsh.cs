using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ImageSdk.ImageService.Nodes;

/// <summary>How build nodes are reached: as root, by the <c>ssh</c> program.</summary>
/// <param name="Program">The program.</param>
/// <param name="KeyFile">The service's private key; empty for the user's own.</param>
/// <param name="KnownHosts">File of the keys of nodes that are known; the first one that a node shows is believed, another one is not. Empty for the user's own.</param>
sealed record NodeSsh(string Program, string KeyFile, string KnownHosts)
{
    /// <summary>With which the program ends when it is not let in, or the connection breaks.</summary>
    public const int Lost = 255;

    const int HeartbeatSeconds = 5;

    /// <summary>Heartbeats in a row that may be missed.</summary>
    public int MissedHeartbeats { get; init; } = 12;

    /// <summary>Starts a command of a node's shell.</summary>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public Process Start(string xname, string command)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] options =
        [
            "BatchMode=yes", "ConnectTimeout=15", "StrictHostKeyChecking=accept-new", "LogLevel=ERROR", string.Create(CultureInfo.InvariantCulture, $"ServerAliveInterval={HeartbeatSeconds}"),
            string.Create(CultureInfo.InvariantCulture, $"ServerAliveCountMax={MissedHeartbeats}"), .. KnownHosts.Length > 0 ? new[] { $"UserKnownHostsFile=\"{KnownHosts}\"" } : [],
        ];
        foreach (var option in options)
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add(option);
        }
        // A name is no option, whatever it begins with.
        foreach (var word in (string[])[.. KeyFile.Length > 0 ? new[] { "-i", KeyFile } : [], "-l", "root", "--", xname, command])
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    /// <summary>A word of a shell's command.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

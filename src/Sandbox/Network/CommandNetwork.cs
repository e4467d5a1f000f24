using System.Net;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Network;

/// <summary>The network of a session's commands: begun when the first of them is near that may use it.</summary>
sealed class CommandNetwork
{
    /// <summary>Of a message that is no warning: a machine without such a program is a usual one.</summary>
    const string Shared = "IMG3262";

    readonly Lock starting = new();
    readonly List<string> reasons = [];
    Task<UserNetwork?>? begun;
    bool isTold;

    /// <summary>Begins to make one, beside what the worker does.</summary>
    public void Prepare(CommandSettings settings)
    {
        if (settings.Network && settings.Isolation != NetworkIsolation.Host)
            Begin();
    }

    Task<UserNetwork?> Begin()
    {
        lock (starting)
            return begun ??= BackgroundWork.Start(() => UserNetwork.TryStart(reasons));
    }

    /// <summary>What a command gets that may use the network.</summary>
    /// <param name="servers">Addresses that it needs.</param>
    /// <exception cref="BuildException">The project insists on a network of its own, and there can be none (IMG3263).</exception>
    public NetworkAccess Open(CommandSettings settings, IEnumerable<string> servers, IBuildListener listener)
    {
        if (settings.Isolation == NetworkIsolation.Host)
            return new(null, CutsSockets: false);
        if (Begin().GetAwaiter().GetResult() is { } network)
        {
            network.Forward(NetworkPorts.Find(settings, servers));
            Tell(listener, $"Commands have a network of their own ({network.Program ?? "the machine has only its loopback"}).");
            return new(network, CutsSockets: false);
        }
        var why = UserNetwork.IsInstalled ? string.Join("; ", reasons) : "neither pasta nor slirp4netns is installed (apt-get install passt)";
        if (settings.Isolation == NetworkIsolation.Isolated)
            throw new BuildException("IMG3263",
                $"Commands cannot have a network of their own, on which the project insists (ImageNetwork=isolated): {why}. Correct that, or cut them off the network (ImageNetwork=none).");
        Tell(listener,
            $"{Shared}: Commands share the machine's network: {why}. "
            + (AbstractSockets.CanCutOff ? "Its abstract unix sockets are cut off; " : "Its abstract unix sockets can be reached (before Linux 6.12 nothing else cuts them off), and so can ")
            + (AbstractSockets.CanCutOff ? "link-local addresses, at which clouds give out credentials, can be reached." : "link-local addresses, at which clouds give out credentials."));
        return new(null, AbstractSockets.CanCutOff);
    }

    void Tell(IBuildListener listener, string message)
    {
        lock (starting)
        {
            if (isTold)
                return;
            isTold = true;
        }
        listener.Output(message);
    }
}

/// <param name="Network">Null for the machine's.</param>
/// <param name="CutsSockets">Whether the machine's abstract sockets are to be cut off.</param>
sealed record NetworkAccess(UserNetwork? Network, bool CutsSockets)
{
    /// <summary>Puts the calling thread, and what it starts, where a command is to be. There is no way back: for a thread of its own.</summary>
    public void Apply()
    {
        Network?.Enter();
        if (CutsSockets)
            AbstractSockets.CutOff();
    }

    public bool IsMachines => Network is null && !CutsSockets;
}

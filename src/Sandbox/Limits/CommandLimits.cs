using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Sandbox.Limits;

/// <summary>
/// Bounds what commands take of the machine, by control groups where the build may make them; else an ordinary user's by a user
/// namespace and by limits of each process.
/// </summary>
/// <param name="name">The session's; groups are named after it.</param>
/// <param name="directory">Of the session.</param>
sealed class CommandLimits(string name, string directory)
{
    /// <summary>Lists the groups in which the session's are made.</summary>
    const string ParentsFile = "groups";

    readonly Lazy<ControlGroups> groups = new(() => new ControlGroups());
    readonly Lock making = new();
    readonly HashSet<string> told = [];
    (int Processes, string? File)? users;
    int number;

    /// <summary>Puts the next command under the limits of its project.</summary>
    /// <param name="written">What its stage writes; null where that is thrown away.</param>
    /// <param name="hasUsers">Whether it may be put into a user namespace: a command of the image, not one of the machine.</param>
    public CommandBounds Begin(ResourceLimits limits, WrittenBytes? written, IBuildListener listener, bool hasUsers = true)
    {
        Remember();
        var made = groups.Value.Make($"{name}-{Interlocked.Increment(ref number)}", limits);
        var file = hasUsers && WorkerEnvironment.IsRootless ? FindUsers(limits.MostProcesses) : null;
        if (limits.Processes > 0 && made.Find("pids") is null && file is null)
            Tell(listener,
                $"The limit of {limits.Processes} processes (ImageProcessLimit) cannot be enforced here: this build may make no control group with the controller \"pids\""
                + (WorkerEnvironment.IsRootless ? ", and the kernel counts no processes of a user namespace (Linux 5.14 does)." : ".")
                + " Give the build a writable cgroup file system (in a container: --cgroupns=private with --privileged), or leave the property out.");
        return new(limits, made, file, written);
    }

    // The build after a killed one may run in another group.
    void Remember()
    {
        lock (making)
        {
            var file = Path.Combine(directory, ParentsFile);
            if (!File.Exists(file))
                File.WriteAllLines(file, groups.Value.Parents);
        }
    }

    // One for all commands of a session; another one only where a project with another limit comes.
    string? FindUsers(int processes)
    {
        lock (making)
        {
            if (users is { } known && known.Processes == processes)
                return known.File;
            var file = Path.Combine(directory, $"users{processes}");
            users = (processes, CommandUsers.TryMake(file, processes) ? file : null);
            return users.Value.File;
        }
    }

    void Tell(IBuildListener listener, string message)
    {
        lock (making)
            if (!told.Add(message))
                return;
        listener.Report(new(DiagnosticSeverity.Warning, "IMG3261", message));
    }

    /// <summary>Removes the groups that a session's commands have left: a killed worker has removed none.</summary>
    /// <param name="directory">Of the session.</param>
    public static void RemoveGroups(string directory)
    {
        var file = Path.Combine(directory, ParentsFile);
        if (!File.Exists(file))
            return;
        foreach (var parent in File.ReadLines(file).Where(Directory.Exists))
            foreach (var group in Directory.EnumerateDirectories(parent, $"{ControlGroups.Prefix}{Path.GetFileName(directory)}-*"))
                CommandGroups.Remove(group);
    }
}

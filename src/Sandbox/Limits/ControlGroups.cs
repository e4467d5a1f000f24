using System.Globalization;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>
/// Control groups (cgroups(7)) for commands: below the group that the build runs in, so that whatever bounds the build bounds its commands
/// too. Version 1 has a tree for each controller. In version 2 a group with processes can have no bounded groups below it, so that
/// the new one often has to stand beside it; that is not done where the build's own group bounds memory or the processor.
/// </summary>
/// <param name="root">The directory that stands for "/"; empty for that itself.</param>
sealed class ControlGroups(string root = "")
{
    public const string Prefix = "imagesdk-";

    static readonly string[] bounds = ["memory.max", "memory.high", "cpu.max"];

    readonly List<Mount> mounts = [.. ReadMounts(root)];
    readonly Dictionary<string, string> own = ReadOwn(root);

    sealed record Mount(string Root, string Point, string Type, IReadOnlyList<string> Options);

    /// <summary>Makes groups that bound what the limits say, as far as the machine allows it.</summary>
    /// <param name="name">Without <see cref="Prefix"/>.</param>
    public CommandGroups Make(string name, ResourceLimits limits)
    {
        var groups = new CommandGroups();
        Dictionary<string, Action<string, bool>> wanted = [];
        if (limits.MostProcesses > 0)
            wanted["pids"] = (directory, _) => Set(directory, "pids.max", limits.MostProcesses);
        if (limits.Memory > 0)
            wanted["memory"] = (directory, isSecond) => BoundMemory(directory, isSecond, limits.Memory);
        foreach (var controller in wanted.Keys)
            if (FindFirst(controller) is { } parent && TryMakeDirectory(parent, name) is { } made)
                groups.Add(controller, made, isSecond: false);
        var others = wanted.Keys.Where(controller => groups.Find(controller) is null).ToList();
        // A process is in one group of version 2: that bounds what it can.
        if (others.Count > 0
            && FindSecond().Select(parent => (Parent: parent, Controllers: others.Where(controller => Controls(parent, controller)).ToList()))
                .Where(place => place.Controllers.Count > 0).OrderByDescending(place => place.Controllers.Count).FirstOrDefault() is { Parent: { } second, Controllers: var controllers }
            && TryMakeDirectory(second, name) is { } joint)
            controllers.ForEach(controller => groups.Add(controller, joint, isSecond: true));
        foreach (var (controller, bound) in wanted)
            if (groups.Find(controller) is { } group)
                try
                {
                    bound(group.Directory, group.IsSecond);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    groups.Drop(controller);
                }
        return groups;
    }

    /// <summary>Where groups of either version may be made: for looking after those that a killed worker left.</summary>
    public IEnumerable<string> Parents => new[] { "pids", "memory" }.Select(FindFirst).Concat(FindSecond()).OfType<string>().Distinct();

    static void BoundMemory(string directory, bool isSecond, long bytes)
    {
        if (isSecond)
        {
            Set(directory, "memory.max", bytes);
            TrySet(directory, "memory.swap.max", 0);
            TrySet(directory, "memory.oom.group", 1);
        }
        else
        {
            Set(directory, "memory.limit_in_bytes", bytes);
            TrySet(directory, "memory.memsw.limit_in_bytes", bytes);
        }
    }

    string? FindFirst(string controller) =>
        mounts.FirstOrDefault(mount => mount.Type == "cgroup" && mount.Options.Contains(controller)) is { } mount && own.TryGetValue(controller, out var path)
            ? Locate(mount, path)
            : null;

    /// <summary>The build's own group of version 2 and those above, as far as commands may be put there.</summary>
    IEnumerable<string> FindSecond()
    {
        if (mounts.FirstOrDefault(mount => mount.Type == "cgroup2") is not { } mount || !own.TryGetValue("", out var path) || Locate(mount, path) is not { } directory)
            yield break;
        var top = root + mount.Point;
        for (; ; directory = Path.GetDirectoryName(directory)!)
        {
            yield return directory;
            if (directory.Length <= top.Length || bounds.Any(bound => KernelFile.TryRead(Path.Combine(directory, bound)) is { } value && !value.StartsWith("max", StringComparison.Ordinal)))
                yield break;
        }
    }

    // A process is moved by who may write to the list of the group above both places.
    static bool Controls(string parent, string controller)
    {
        if (!Words(parent, "cgroup.controllers").Contains(controller))
            return false;
        if (!Words(parent, "cgroup.subtree_control").Contains(controller) && !TrySet(parent, "cgroup.subtree_control", $"+{controller}"))
            return false;
        try
        {
            using var processes = new FileStream(Path.Combine(parent, "cgroup.procs"), FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    string? Locate(Mount mount, string path)
    {
        var below = Path.GetRelativePath(mount.Root, path);
        // Elsewhere than what is mounted: another namespace of groups.
        if (below == ".." || below.StartsWith("../", StringComparison.Ordinal))
            return null;
        var directory = root + (below == "." ? mount.Point : Path.Combine(mount.Point, below));
        return Directory.Exists(directory) ? directory : null;
    }

    static string? TryMakeDirectory(string parent, string name)
    {
        var directory = Path.Combine(parent, Prefix + name);
        try
        {
            Directory.CreateDirectory(directory);
            return directory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static void Set(string directory, string file, object value) =>
        File.WriteAllText(Path.Combine(directory, file), string.Create(CultureInfo.InvariantCulture, $"{value}"));

    static bool TrySet(string directory, string file, object value)
    {
        try
        {
            if (!File.Exists(Path.Combine(directory, file)))
                return false;
            Set(directory, file, value);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static string[] Words(string directory, string file) => (KernelFile.TryRead(Path.Combine(directory, file)) ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    // proc_pid_mountinfo(5): the fields before " - " vary in number.
    static IEnumerable<Mount> ReadMounts(string root)
    {
        foreach (var line in (KernelFile.TryRead(root + "/proc/self/mountinfo") ?? "").Split('\n'))
            if (line.Split(" - ", 2) is [var place, var kind] && place.Split(' ') is { Length: > 4 } fields && kind.Split(' ') is { Length: > 2 } type
                && type[0] is "cgroup" or "cgroup2")
                yield return new(Mounts.Unescape(fields[3]), Mounts.Unescape(fields[4]), type[0], type[2].Split(','));
    }

    /// <summary>The build's own group by controller; of version 2 by the empty name.</summary>
    static Dictionary<string, string> ReadOwn(string root)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var fields in (KernelFile.TryRead(root + "/proc/self/cgroup") ?? "").Split('\n').Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3))
            foreach (var controller in fields[1].Split(','))
                groups[controller] = fields[2];
        return groups;
    }
}

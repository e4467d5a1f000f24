using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Building.Workers;

/// <summary>What a machine must have for builds, and how to say what it lacks.</summary>
static class SandboxRequirements
{
    public static void Check()
    {
        if (ProgramPath.Find("unshare") is null)
            throw new BuildException("IMG3007", "The sandbox needs the program \"unshare\", which is not installed. Install it: apt-get install util-linux");
        HostPrograms.RequireBubblewrap();
        var rights = ProcessRights.Current;
        if (Processes.IsRoot)
        {
            if (!rights.IsAdministrator)
                throw new BuildException("IMG3111",
                    $"The sandbox cannot be made: this process is root, but without the capability SYS_ADMIN, as in a container by default. {ContainerAdvice.Text}");
            return;
        }
        if (ProgramPath.Find("newuidmap") is null || ProgramPath.Find("newgidmap") is null)
            throw new BuildException("IMG3008", "Builds by an ordinary user need newuidmap and newgidmap, which are not installed. Install them: apt-get install uidmap");
        if (new SubordinateIds().FindShortage(Environment.UserName, Processes.UserId) is { } shortage)
            throw shortage.Count == 0
                ? new BuildException("IMG3009",
                    $"User {Environment.UserName} has no subordinate ids in {shortage.Files}, which builds by an ordinary user need for the owners of an image's files. "
                    + $"Give the user some, once, as root: {shortage.Command}")
                : new BuildException("IMG3110",
                    $"User {Environment.UserName} has too few subordinate ids in {shortage.Files}: {shortage.Count}, and an image's files need {SubordinateIds.Needed}. "
                    + $"Give the user enough, once, as root: {shortage.Command}");
        if (rights.NoNewPrivileges)
            throw new BuildException("IMG3112",
                "The sandbox cannot be made: this process may gain no privileges (no_new_privs), so newuidmap cannot give an image's files their owners. "
                + "Start the build without it (Docker and Podman: no \"--security-opt no-new-privileges\"; systemd: NoNewPrivileges=no; "
                + "Kubernetes: allowPrivilegeEscalation: true; setpriv: no --no-new-privs), or run it as root.");
    }

    /// <summary>Why the worker ended before it answered.</summary>
    public static BuildException Explain(string errors, int exitCode)
    {
        if (errors.Contains("Operation not permitted", StringComparison.Ordinal) || errors.Contains("Permission denied", StringComparison.Ordinal))
            return new("IMG3015", $"The sandbox could not be entered ({errors}). {WhyRefused()}");
        return new("IMG3016", $"The build's worker ended unexpectedly (exit code {exitCode}). {(errors.Length == 0 ? "It printed nothing; was it killed?" : errors)}");
    }

    static readonly (string File, string Value, string Setting)[] Switches =
    [
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
    ];

    static string WhyRefused()
    {
        if (!Processes.IsRoot)
            foreach (var (file, value, setting) in Switches)
                if (KernelFile.TryRead(file)?.Trim() == value)
                    return $"This machine does not let ordinary users make user namespaces. Allow them, as root: sysctl -w {setting} (and in /etc/sysctl.d to keep it), or run the build as root.";
        return ProcessRights.Current.HasFilter
            ? $"A filter of system calls or a hidden part of /proc forbids it, as in containers by default. {ContainerAdvice.Text}"
            : $"The surroundings of this process forbid it: a container, a security module, or a part of /proc that is hidden. {ContainerAdvice.Text}";
    }
}

using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Worker;
using ImageSdk.Posix;

namespace ImageSdk.Building.Sandbox;

/// <summary>What a machine must have for builds, and how to say what it lacks.</summary>
static class SandboxRequirements
{
    const int NeededIds = 65535;

    public static void Check()
    {
        if (Tools.Find("unshare") is null)
            throw new BuildException("IMG3007", "The sandbox needs the program \"unshare\", which is not installed. Install it: apt-get install util-linux");
        Tools.RequireBubblewrap();
        if (Processes.IsRoot)
            return;
        if (Tools.Find("newuidmap") is null || Tools.Find("newgidmap") is null)
            throw new BuildException("IMG3008", "Builds by an ordinary user need newuidmap and newgidmap, which are not installed. Install them: apt-get install uidmap");
        foreach (var file in new[] { "/etc/subuid", "/etc/subgid" })
            if (!HasSubordinateIds(file))
                throw new BuildException("IMG3009",
                    $"User {Environment.UserName} has no subordinate ids in {file}, which builds by an ordinary user need for the owners of an image's files. "
                    + $"Give him some, once, as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {Environment.UserName}");
    }

    static bool HasSubordinateIds(string file)
    {
        var names = new[] { Environment.UserName, Processes.UserId.ToString() };
        try
        {
            return File.ReadLines(file).Select(line => line.Split(':')).Any(fields =>
                fields.Length == 3 && names.Contains(fields[0]) && long.TryParse(fields[2], out var count) && count >= NeededIds);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Why the worker ended before it answered.</summary>
    public static BuildException Explain(string errors, int exitCode)
    {
        if (errors.Contains("Operation not permitted", StringComparison.Ordinal) || errors.Contains("Permission denied", StringComparison.Ordinal))
            return new("IMG3015",
                $"The sandbox could not be entered ({errors}). "
                + "This machine does not allow user namespaces: run the build as root, or allow them (sysctl kernel.unprivileged_userns_clone=1, "
                + "on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0). In a container, start it with the right to make namespaces.");
        return new("IMG3016", $"The build's worker ended unexpectedly (exit code {exitCode}). {(errors.Length == 0 ? "It printed nothing; was it killed?" : errors)}");
    }
}

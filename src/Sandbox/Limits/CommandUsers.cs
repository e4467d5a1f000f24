using ImageSdk.Contracts;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>
/// A user namespace with the ids of the worker's own, for commands of ordinary users' builds. Of what is in it the kernel counts all
/// processes together and bounds their number (RLIMIT_NPROC, since Linux 5.14; user_namespaces(7)), whoever they run as; and what the
/// worker has mounted is out of their reach.
/// </summary>
static class CommandUsers
{
    /// <summary>For the worker's own threads and helpers, which count with the commands.</summary>
    const int Reserve = 256;

    static readonly Version firstKernel = new(5, 14);

    /// <summary>Makes one and keeps it at a file, where it is mounted.</summary>
    /// <param name="processes">The most of all commands together; 0 for no bound.</param>
    /// <returns>False where the kernel has no such count, or no more namespaces.</returns>
    public static bool TryMake(string file, int processes)
    {
        if (Environment.OSVersion.Version < firstKernel || ProgramPath.Find("prlimit") is not { } prlimit || ProgramPath.Find("nsenter") is null)
            return false;
        var bound = processes == 0 ? "unlimited" : $"{processes + Reserve}";
        try
        {
            using var holder = NamespaceHolder.Start([prlimit, $"--nproc={bound}:{bound}"], "--user");
            holder.MapUsers(SameIds("uid_map"), SameIds("gid_map"));
            File.WriteAllBytes(file, []);
            Mounts.Mount($"/proc/{holder.Id}/ns/user", file, null, Mounts.Options.Bind);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A range must lie in one of the ranges outside.
    static string SameIds(string map) => string.Concat(File.ReadLines($"/proc/self/{map}")
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length == 3).Select(fields => $"{fields[0]} {fields[0]} {fields[2]}\n"));
}

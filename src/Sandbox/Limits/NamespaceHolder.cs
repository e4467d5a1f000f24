using System.Diagnostics;
using ImageSdk.Contracts;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>A process that only keeps new namespaces alive until another process has entered them.</summary>
sealed class NamespaceHolder : IDisposable
{
    readonly Process process;

    NamespaceHolder(Process process) => this.process = process;

    public int Id => process.Id;

    const string Wait = "echo; read -r _";

    /// <summary>Returns when the namespaces are made.</summary>
    /// <param name="through">A program that starts it, with its arguments.</param>
    /// <param name="options">Of unshare, "--user"; and what else starts the process, with its arguments.</param>
    /// <exception cref="IOException">The kernel makes none.</exception>
    public static NamespaceHolder Start(IReadOnlyList<string> through, params IReadOnlyList<string> options) =>
        Start([.. through, ProgramPath.Find("unshare") ?? "unshare", .. options, "/bin/sh", "-c", Wait]);

    static NamespaceHolder Start(string[] command)
    {
        var holder = new NamespaceHolder(Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!);
        if (holder.process.StandardOutput.ReadLine() is not null)
            return holder;
        var error = holder.process.StandardError.ReadToEnd().Trim();
        holder.Dispose();
        throw new IOException(error);
    }

    /// <summary>Gives its user namespace ids (user_namespaces(7)).</summary>
    public void MapUsers(string users, string groups)
    {
        File.WriteAllText($"/proc/{Id}/uid_map", users);
        File.WriteAllText($"/proc/{Id}/gid_map", groups);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}

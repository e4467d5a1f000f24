using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Storage;

namespace ImageSdk.Building.Remote;

/// <summary>
/// Evaluates an .imgproj that came from elsewhere. MSBuild runs what a project says, so it does that in a sandbox: as nobody where the
/// caller is root, without a network, with nothing of the machine but its programs and .NET, and nothing to write to but memory. What comes out
/// is a project with its files, which is believed as little as one of another machine.
/// </summary>
/// <param name="dotnet">Path of the host that runs MSBuild.</param>
/// <param name="imageSdkDirectory">The unpacked package ImageSdk.</param>
public sealed class ProjectEvaluation(string dotnet, string imageSdkDirectory)
{
    const string Descriptor = "3";
    const string SdkName = "ImageSdk";

    /// <summary>The user and the group of those who own nothing.</summary>
    const string Nobody = "65534";

    /// <summary>Blocks of 512 bytes that a file may have, of what the evaluation writes.</summary>
    const string MaximumBlocks = "8388608";

    /// <summary>Bytes of memory that files of an evaluation may take.</summary>
    const string MaximumFiles = "4294967296";

    static readonly TimeSpan timeLimit = TimeSpan.FromMinutes(5);

    /// <summary>The project in a directory; null where there is none.</summary>
    /// <exception cref="BuildException">There are several.</exception>
    public static string? Find(string manifest) => Directory.GetFiles(manifest, "*.imgproj") switch
    {
        [] => null,
        [var only] => only,
        _ => throw new BuildException("IMG1362", "There are several projects (.imgproj) in the directory; it is not clear which one is meant. Keep one, or give each a directory of its own."),
    };

    /// <summary>Evaluates a project.</summary>
    /// <param name="file">The .imgproj.</param>
    /// <param name="work">Directory for what comes out; it is made new.</param>
    /// <param name="stream">The stream that the project is built as.</param>
    /// <param name="architecture">In the field's words.</param>
    /// <param name="log">Receives what MSBuild says.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The project, and the contents of its files.</returns>
    /// <exception cref="BuildException">IMG1361: it cannot be evaluated.</exception>
    public async Task<(ReceivedProject Project, ObjectStore Objects)> EvaluateAsync(
        string file, string work, string stream, string architecture, IBuildListener log, CancellationToken cancellation)
    {
        log.Progress($"Evaluating: {Path.GetFileName(file)}");
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        Directory.CreateDirectory(work);
        var export = Path.Combine(work, "export");
        await RunAsync(file, export, stream, architecture, log, cancellation);
        var objects = new ObjectStore(Path.Combine(work, "objects"), isDurable: false);
        ReceivedProject received;
        using (var content = File.OpenRead(export))
            received = ProjectExport.Read(content, objects, cancellation);
        File.Delete(export);
        return (received, objects);
    }

    async Task RunAsync(string file, string export, string stream, string architecture, IBuildListener log, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeLimit);
        using var process = Start(file, export, stream, architecture);
        string? error = null;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The whole namespace ends with its first process.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            throw new BuildException("IMG1361", $"{Path.GetFileName(file)} cannot be evaluated: that takes more than {timeLimit.TotalMinutes:0} minutes.");
        }
        if (process.ExitCode != 0)
            throw new BuildException("IMG1361", $"{Path.GetFileName(file)} cannot be evaluated: {error ?? $"MSBuild ends with {process.ExitCode}"}");

        void Take(string? line)
        {
            if (string.IsNullOrWhiteSpace(line))
                return;
            line = line.Replace(Inside + "/", "", StringComparison.Ordinal);
            log.Output(line);
            if (line.Contains(": error ", StringComparison.Ordinal) || line.StartsWith("bwrap: ", StringComparison.Ordinal))
                error ??= line;
        }
    }

    const string Inside = "/tmp/manifest";

    Process Start(string file, string export, string stream, string architecture)
    {
        var program = new FileInfo(dotnet) is var host && host.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : host.FullName;
        var root = Path.GetDirectoryName(program)!;
        var isRoot = Environment.IsPrivilegedProcess;
        string[] sandbox =
        [
            "/usr/bin/bwrap", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
            // Root becomes nobody inside, once the files are there.
            .. isRoot ? (string[])["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_CHOWN"]
                : ["--unshare-all"],
            "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/sbin", "/sbin",
            // Folders that it makes by itself are open to root alone.
            "--perms", "0755", "--dir", "/etc",
            .. File.Exists("/etc/ld.so.cache") ? new[] { "--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache" } : [],
            "--proc", "/proc", "--dev", "/dev", "--size", MaximumFiles, "--tmpfs", "/tmp",
            .. root.StartsWith("/usr/", StringComparison.Ordinal) ? Array.Empty<string>() : ["--ro-bind", root, root],
            "--perms", "0755", "--dir", "/sdks", "--ro-bind", imageSdkDirectory, $"/sdks/{SdkName}", "--ro-bind", Path.GetDirectoryName(file)!, "/manifest", "--chdir", "/tmp",
            .. Variables(root).SelectMany(variable => (string[])["--setenv", variable.Name, variable.Value]),
            // Targets may write beside the project, as at home.
            "/bin/sh", "-c", $"u={(isRoot ? Nobody : "$(id -u)")}; echo \"nobody:x:$u:$u::/tmp:/bin/sh\" > /etc/passwd && cp -R -P /manifest {Inside} {(isRoot ? $"&& chmod 1777 /tmp && chown -R -h $u:$u {Inside} " : "")}&& exec \"$@\"", "sh",
            .. isRoot ? (string[])["/usr/bin/setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs"] : [],
            program, "msbuild", $"{Inside}/{Path.GetFileName(file)}", "-noLogo", "-m:1", "-tl:off", "-v:minimal", "-t:_ExportImageProject", $"-p:_ImageExportDescriptor={Descriptor}",
            $"-p:ImageStream={stream}", $"-p:ImageArchitecture={architecture}", "-p:ImageSpeculation=false", "-p:ImageBuilder=",
        ];
        // The file is the daemon's: whatever is evaluated can write into it, and cannot put another in its place.
        string[] words = ["-c", $"ulimit -c 0; ulimit -f {MaximumBlocks}; exec \"$@\" {Descriptor}>\"$EXPORT\"", "sh", .. sandbox];
        var start = new ProcessStartInfo("/bin/sh", words) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["EXPORT"] = export;
        return Process.Start(start)!;
    }

    static IEnumerable<(string Name, string Value)> Variables(string dotnetRoot) =>
    [
        ("PATH", "/usr/bin"), ("HOME", "/tmp"), ("DOTNET_CLI_HOME", "/tmp"), ("TMPDIR", "/tmp"), ("LANG", "C.UTF-8"), ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
        ("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1"), ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"), ("DOTNET_EnableDiagnostics", "0"),
        ("MSBUILDDISABLENODEREUSE", "1"), ("MSBuildEnableWorkloadResolver", "false"), ("MSBuildSDKsPath", "/sdks"),
    ];
}

using System.Diagnostics;
using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Engine;

/// <summary>
/// Evaluates the .imgproj in a stream's manifest directory. MSBuild runs what a project says, so it does that in a sandbox: as nobody where the
/// daemon is root, without a network, with nothing of the machine but its programs and .NET, and nothing to write to but memory. What comes out
/// is a project with its files, which is believed as little as one of another machine.
/// </summary>
/// <param name="configuration">The main configuration.</param>
sealed class ProjectEvaluator(EngineSettings settings, MainConfiguration configuration)
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

    /// <summary>The project of a manifest directory; null where there is none.</summary>
    /// <exception cref="BuildException">There are several.</exception>
    public static string? Find(string manifest) => Directory.GetFiles(manifest, "*.imgproj") switch
    {
        [] => null,
        [var only] => only,
        _ => throw new BuildException("IMG1362", "There are several projects (.imgproj) in the manifest directory of the stream; it is not clear which one is meant. Keep one, or give each a directory and a stream of its own."),
    };

    /// <summary>Whether projects are evaluated here.</summary>
    public bool IsEnabled => settings.ImageSdkDirectory.Length > 0;

    /// <param name="file">The .imgproj.</param>
    /// <param name="directory">Where this build keeps its state.</param>
    /// <param name="basis">What the stream's configuration says: it counts more than the project.</param>
    /// <exception cref="BuildException">It cannot be evaluated, or wants what it does not get.</exception>
    public async Task<ImageProject> EvaluateAsync(string file, string directory, ImageProject basis, IBuildListener log, CancellationToken cancellation)
    {
        log.Progress($"Evaluating: {Path.GetFileName(file)}");
        var work = Path.Combine(directory, "project");
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        Directory.CreateDirectory(work);
        var export = Path.Combine(work, "export");
        await RunAsync(file, export, basis, log, cancellation);
        var objects = new ObjectStore(Path.Combine(work, "objects"), isDurable: false);
        ReceivedProject received;
        using (var stream = File.OpenRead(export))
            received = ProjectExport.Read(stream, objects, cancellation);
        File.Delete(export);
        if (received.FindDemand(configuration.BindMounts) is { } demand)
            throw new BuildException("IMG7368", $"{Path.GetFileName(file)} wants {demand}, which an imaginator gives no stream. Remove it, or have the site configure it.");
        if (received.Project.Sandbox.Secrets.Count > 0)
            throw new BuildException("IMG7368", $"{Path.GetFileName(file)} wants secrets, which an imaginator has none of for streams. Remove the ImageSecret items.");
        // Callers see paths below "trees" without the folder of the build.
        var tree = Path.Combine(work, "trees", "project");
        Directory.CreateDirectory(tree);
        await received.UnpackAsync(objects, tree, cancellation);
        Directory.Delete(objects.Directory, recursive: true);
        var (placed, _) = received.Place(tree, directory, project => project);
        return basis with
        {
            ProjectFile = placed.ProjectFile, ManifestDirectory = placed.ManifestDirectory, UseManifestDirectory = placed.UseManifestDirectory, Source = placed.Source with { MaxAge = TimeSpan.Zero },
            Bootstrap = placed.Bootstrap, PackagerTypes = [.. placed.PackagerTypes, .. basis.PackagerTypes.Where(type => placed.PackagerTypes.All(own => own.Name != type.Name))],
            Variables = [.. placed.Variables, .. basis.Variables], Packages = placed.Packages, Archives = placed.Archives, Launchpad = placed.Launchpad, Files = placed.Files, Trees = placed.Trees, Scripts = placed.Scripts, Tests = placed.Tests,
            Tags = placed.Tags, Triggers = placed.Triggers, AddTriggers = placed.AddTriggers, FilterLines = placed.FilterLines, AddFilter = placed.AddFilter,
            ComputedFiles = placed.ComputedFiles, AddComputedFiles = placed.AddComputedFiles, ExcludedPaths = placed.ExcludedPaths, MtimesCopyFilterLines = placed.MtimesCopyFilterLines,
            MtimesCopyAddFilterLines = [.. placed.MtimesCopyAddFilterLines, .. basis.MtimesCopyAddFilterLines], OwnerUsers = placed.OwnerUsers, OwnerGroups = placed.OwnerGroups,
            Installation = placed.Installation, SourceDateEpoch = placed.SourceDateEpoch,
            Sandbox = placed.Sandbox with
            {
                BindMounts = [.. basis.Sandbox.BindMounts, .. placed.Sandbox.BindMounts.Where(mount => basis.Sandbox.BindMounts.All(other => other.Target != mount.Target))],
                BuildTimeout = basis.Sandbox.BuildTimeout,
            },
        };
    }

    async Task RunAsync(string file, string export, ImageProject basis, IBuildListener log, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeLimit);
        using var process = Start(file, export, basis);
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

    Process Start(string file, string export, ImageProject basis)
    {
        var dotnet = new FileInfo(settings.Dotnet) is var host && host.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : host.FullName;
        var root = Path.GetDirectoryName(dotnet)!;
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
            "--perms", "0755", "--dir", "/sdks", "--ro-bind", settings.ImageSdkDirectory, $"/sdks/{SdkName}", "--ro-bind", Path.GetDirectoryName(file)!, "/manifest", "--chdir", "/tmp",
            .. Variables(root).SelectMany(variable => (string[])["--setenv", variable.Name, variable.Value]),
            // Targets may write beside the project, as at home.
            "/bin/sh", "-c", $"u={(isRoot ? Nobody : "$(id -u)")}; echo \"nobody:x:$u:$u::/tmp:/bin/sh\" > /etc/passwd && cp -R -P /manifest {Inside} {(isRoot ? $"&& chmod 1777 /tmp && chown -R -h $u:$u {Inside} " : "")}&& exec \"$@\"", "sh",
            .. isRoot ? (string[])["/usr/bin/setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs"] : [],
            dotnet, "msbuild", $"{Inside}/{Path.GetFileName(file)}", "-noLogo", "-m:1", "-tl:off", "-v:minimal", "-t:_ExportImageProject", $"-p:_ImageExportDescriptor={Descriptor}",
            $"-p:ImageStream={basis.Stream}", $"-p:ImageArchitecture={basis.Architecture}", "-p:ImageSpeculation=false", "-p:ImageBuilder=",
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

using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>Projects on a machine that has .NET and nothing else: no program of Linux is in its path, and those that builds look for by path are hidden.</summary>
sealed class LaptopFolder(Folder folder, string builder)
{
    const string Hidden = "bwrap|unshare|newuidmap|newgidmap|setpriv|apt|apt-get|dpkg|dpkg-deb|mmdebstrap|debootstrap|mount|umount|git|tar|xz|zstd|mksquashfs|mkfs.ext4|pasta|slirp4netns|ip";

    readonly string root = Directory.CreateDirectory(folder["läptop"]).FullName;

    static string Metadata(string key) => typeof(LaptopFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!;

    static string DotNetHost { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>The ordinary user who builds; null for the user who runs the tests.</summary>
    public string? User { get; init; }

    public string this[string name] => Path.Combine(root, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Program(string name, string text) => File.SetUnixFileMode(Write(name, text), (UnixFileMode)0b111_101_101);

    public void Project(string name, string body)
    {
        var sdk = Path.Combine(Metadata("RepositoryRoot"), "src/Sdk/Sdk");
        Write($"{name}/{name}.imgproj", $"""
            <Project>
              <PropertyGroup>
                <ImageSdkTasksAssembly>{Metadata("TasksAssembly")}</ImageSdkTasksAssembly>
                <!-- Whoever started it as the worker would notice. -->
                <ImageSdkWorkerAssembly>{Metadata("TasksAssembly")}</ImageSdkWorkerAssembly>
                <ImageBuilder>{builder}</ImageBuilder>
                <ImageStream>users/{name}</ImageStream>
                <ImageStoreDirectory>{this["store"]}</ImageStoreDirectory>
                <ImageCacheDirectory>{this["cache"]}</ImageCacheDirectory>
              </PropertyGroup>
              <Import Project="{sdk}/Sdk.props" />
              {body}
              <Import Project="{sdk}/Sdk.targets" />
            </Project>
            """);
    }

    public (int ExitCode, string Output) Build(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public Process Start(params string[] arguments)
    {
        // Hidden in a mount namespace of its own, where root may; all is hidden from a user's path.
        var isRoot = Environment.IsPrivilegedProcess;
        var hide = $"for p in {Hidden.Replace('|', ' ')}; do for d in /usr/bin /usr/sbin /sbin /bin; do [ -f $d/$p ] && [ ! -L $d/$p ] && [ $p != mount ] && [ $p != setpriv ] && mount --bind /dev/null $d/$p; done; done; mount --bind /dev/null /usr/bin/mount; ";
        var drop = User is null ? "" : $"setpriv --reuid={User} --regid={User} --init-groups ";
        var command = $"{(isRoot ? hide : "")}exec {drop}/usr/bin/env -i --default-signal=INT PATH=/nowhere HOME='{root}' DOTNET_CLI_HOME='{root}' TMPDIR=/tmp DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false MSBUILDDISABLENODEREUSE=1 '{DotNetHost}' build --no-restore -tl:off \"$@\"";
        if (User is not null)
            using (var chown = Process.Start("chown", ["-R", User, root]))
                chown.WaitForExit();
        string[] words = ["/bin/sh", "-c", command, "sh", .. arguments];
        return Process.Start(new ProcessStartInfo(isRoot ? "unshare" : words[0], isRoot ? ["--mount", "--propagation=private", .. words] : words[1..])
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }
}

using System.Diagnostics;
using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A build node: sshd and podman in namespaces of their own, with an address of its own, and no file that was there before.</summary>
sealed class TestNode : IAsyncDisposable
{
    const string Script =
        """
        key=$(cat "$1/node_key.pub")
        mount --make-rprivate /
        # What root's shell does on this machine when it starts is no affair of nodes.
        for folder in /var/lib/containers /run /tmp /root; do mount -t tmpfs tmpfs "$folder"; done
        umount -R /sys/fs/cgroup
        mount -t tmpfs tmpfs /sys/fs/cgroup
        mount -t cgroup2 cgroup /sys/fs/cgroup
        mkdir -p /run/sshd /run/keys
        chmod 0700 /run/keys
        printf '%s\n' "$key" >/run/keys/authorized
        ssh-keygen -q -t ed25519 -N '' -f /run/keys/host
        printf 'HostKey /run/keys/host\nAuthorizedKeysFile /run/keys/authorized\nUsePAM no\nStrictModes no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nSetEnv CONTAINERS_CONF=/run/keys/containers.conf\n' >/run/keys/config
        # This machine's controllers are those of another version of cgroups.
        printf '[containers]\ncgroups = "disabled"\n' >/run/keys/containers.conf
        read -r address
        ip link set lo up
        ip address add "$address/30" dev node
        ip link set node up
        exec 3<&0
        /usr/sbin/sshd -D -e -f /run/keys/config </dev/null & main=$!
        { cat <&3 >/dev/null; kill -KILL "$main"; } &
        wait "$main"
        """;

    static int last = Random.Shared.Next(1 << 12);

    readonly Process process;

    TestNode(Process process, string address) => (this.process, Address) = (process, address);

    public string Address { get; }

    /// <summary>Why there is none; null where there is.</summary>
    public static string? WhyNot { get; } = ShellService.WhyNot ?? new[] { "/usr/bin/podman", "/usr/sbin/ip" }.Where(tool => !File.Exists(tool)).Select(tool => $"needs {tool}; eng/test.sh installs it").FirstOrDefault();

    /// <summary>Starts a node that lets in a service with the key of <see cref="Configure"/>.</summary>
    public static async Task<TestNode> StartAsync(string folder)
    {
        var start = new ProcessStartInfo("unshare", ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Script, "sh", folder]) { RedirectStandardInput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        // Before it has entered its namespace, the other end would come into this one.
        var own = new FileInfo("/proc/self/ns/net").LinkTarget;
        await Wait.UntilAsync(() => new FileInfo($"/proc/{process.Id}/ns/net").LinkTarget is { } its && its != own);
        // Of a network that someone else has, the next.
        for (var attempt = 0; ; attempt++)
        {
            var number = (Interlocked.Increment(ref last) & 0xFFF) * 4;
            var (ours, theirs) = ($"10.213.{number >> 8}.{(number & 0xFF) + 1}", $"10.213.{number >> 8}.{(number & 0xFF) + 2}");
            var link = $"ims{number}";
            // The other end is in the namespace that the process has entered; both go with it.
            if (await TryAsync("link", "add", link, "type", "veth", "peer", "name", "node", "netns", $"{process.Id}") && await TryAsync("address", "add", $"{ours}/30", "dev", link) && await TryAsync("link", "set", link, "up"))
            {
                await process.StandardInput.WriteLineAsync(theirs);
                await process.StandardInput.FlushAsync();
                await Wait.UntilAsync(() => Answers(theirs));
                return new(process, theirs);
            }
            await TryAsync("link", "delete", link);
            Assert.True(attempt < 50, "no network for a node");
        }
    }

    /// <summary>Sets a service up for nodes: a key, and an image for containers with the programs of this machine that jobs use.</summary>
    public static void Configure(Options.ImageServiceOptions options)
    {
        var folder = Path.GetDirectoryName(options.Database)!;
        options.NodeKeyFile = Path.Combine(folder, "node_key");
        options.NodeKnownHosts = Path.Combine(folder, "known hosts");
        SmallRoot.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", options.NodeKeyFile);
        options.NodeImage = Path.Combine(folder, "node image.tar");
        options.Jobs = options.Jobs with { MissedHeartbeats = 2 };
        WriteImage(options.NodeImage);
    }

    /// <summary>Runs a command on the node as the service does.</summary>
    public string Run(TestService service, string command) => SmallRoot.Run(
        "ssh", "-i", Path.Combine(service.Folder, "node_key"), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", $"root@{Address}", command);

    /// <summary>Its power fails.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    static async Task<bool> TryAsync(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    static bool Answers(string address)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient();
            return client.ConnectAsync(IPAddress.Parse(address), 22).Wait(TimeSpan.FromSeconds(1));
        }
        catch (AggregateException)
        {
            return false;
        }
    }

    /// <summary>Writes an image as <c>podman save</c> does: programs of this machine, and a kiwi-ng that copies the overlay of its recipe.</summary>
    static void WriteImage(string file)
    {
        var root = Directory.CreateTempSubdirectory("imagesdk-node-image-").FullName;
        try
        {
            foreach (var folder in new[] { "usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "proc", "sys", "dev", "tmp", "run", "mnt", "root", "job", "var/tmp", "var/log", "var/cache" })
                Directory.CreateDirectory(Path.Combine(root, folder));
            foreach (var link in new[] { "bin", "sbin", "lib", "lib64" })
                File.CreateSymbolicLink(Path.Combine(root, link), $"usr/{link}");
            string[] programs =
            [
                "/usr/bin/dash", "/usr/bin/mount", "/usr/bin/umount", "/usr/sbin/pivot_root", "/usr/bin/setpriv", "/usr/bin/chown", "/usr/bin/chmod", "/usr/bin/hostname", "/usr/bin/cat", "/usr/bin/cp", "/usr/bin/ln",
                "/usr/bin/mkdir", "/usr/bin/rm", "/usr/bin/rmdir", "/usr/bin/dirname", "/usr/bin/readlink", "/usr/bin/sleep", "/usr/bin/touch", "/usr/sbin/sshd", "/usr/bin/mksquashfs",
            ];
            foreach (var path in programs.Concat(programs.SelectMany(program => SmallRoot.Run("ldd", program).Split('\n')).SelectMany(line => line.Split(' ', '\t')).Where(word => word.StartsWith('/')))
                         // Threads need it when they end; nothing says so.
                         .SelectMany(path => path.EndsWith("/libc.so.6", StringComparison.Ordinal) ? [path, path.Replace("libc.so.6", "libgcc_s.so.1")] : new[] { path }).Distinct())
            {
                var target = root + (path.StartsWith("/usr", StringComparison.Ordinal) ? path : $"/usr{path}");
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(path, target, overwrite: true);
            }
            File.CreateSymbolicLink(Path.Combine(root, "usr/bin/sh"), "dash");
            File.Copy(StandIn.Kiwi, Path.Combine(root, "usr/bin/kiwi-ng"));
            var layer = file + ".layer";
            SmallRoot.Run("tar", "-C", root, "--owner=0", "--group=0", "-cf", layer, ".");
            var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(layer)));
            using (var writer = new TarWriter(File.Create(file)))
            {
                Add("config.json", new { architecture = "amd64", os = "linux", config = new { }, rootfs = new { type = "layers", diff_ids = new[] { $"sha256:{digest}" } } });
                Add("manifest.json", new[] { new { Config = "config.json", RepoTags = new[] { "localhost/node:1" }, Layers = new[] { "layer.tar" } } });
                writer.WriteEntry(layer, "layer.tar");

                void Add(string name, object content) => writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(content)) });
            }
            File.Delete(layer);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}

/// <summary>A test with build nodes.</summary>
sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = TestNode.WhyNot;
}

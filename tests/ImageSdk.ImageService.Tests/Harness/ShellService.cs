using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageSdk.ImageService.Options;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A service whose jobs offer shells, and a user with a key.</summary>
static class ShellService
{
    public static string? WhyNot { get; } = !Environment.IsPrivilegedProcess ? "needs root"
        : SmallRoot.WhyNot ?? new[] { "/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/mksquashfs" }.Where(tool => !File.Exists(tool)).Select(tool => $"needs {tool}; eng/test.sh installs it").FirstOrDefault();

    /// <param name="configure">Sets what a test needs otherwise.</param>
    public static Task<TestService> StartAsync(string? folder = null, Action<ImageServiceOptions>? configure = null, TimeProvider? time = null) => TestService.StartAsync(folder, configure: options =>
    {
        (options.ConcurrentJobs, options.SshHost) = (4, "127.0.0.1");
        configure?.Invoke(options);
    }, time: time);

    /// <summary>Makes an image of the small root; returns its id.</summary>
    public static async Task<string> AddBootImageAsync(this TestService service)
    {
        var id = (await service.SendAsync("POST", "/v3/images", new { name = "small" })).Json!["id"]!.GetValue<string>();
        var artifacts = new List<object>();
        foreach (var (file, kind, content) in new[]
                 {
                     ("rootfs", "rootfs.squashfs", SmallRoot.Squashfs()), ("kernel", "kernel", Encoding.UTF8.GetBytes(SmallRoot.Kernel)), ("initrd", "initrd", Encoding.UTF8.GetBytes(SmallRoot.Initrd)),
                 })
        {
            var etag = await service.Artifacts.WriteAsync(new("boot-images", $"{id}/{file}"), content, CancellationToken.None);
            artifacts.Add(new { link = new { path = $"s3://boot-images/{id}/{file}", etag, type = "s3" }, type = $"application/vnd.cray.image.{kind}", md5 = etag });
        }
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { version = "1.0", created = "2026-01-01 00:00:00", artifacts });
        var link = new { path = $"s3://boot-images/{id}/manifest.json", etag = await service.Artifacts.WriteAsync(new("boot-images", $"{id}/manifest.json"), manifest, CancellationToken.None), type = "s3" };
        Assert.Equal(200, (await service.SendAsync("PATCH", $"/v3/images/{id}", new { link })).Status);
        return id;
    }

    /// <summary>Asks for a job that lets the user into an image; returns its id.</summary>
    public static async Task<string> AddCustomizeJobAsync(this TestService service, string image, params object[] containers)
    {
        var answer = await service.SendAsync("POST", "/v3/jobs", new
        {
            job_type = "customize", artifact_id = image, public_key_id = await service.AddKeyAsync(await service.MakeUserKeyAsync()), image_root_archive_name = "customized", ssh_containers = containers,
        });
        Assert.True(answer.Status == 201, answer.Body);
        return answer.Json!["id"]!.GetValue<string>();
    }

    /// <summary>The user's public key.</summary>
    public static async Task<string> MakeUserKeyAsync(this TestService service)
    {
        var file = Path.Combine(service.Folder, "user_key");
        if (!File.Exists(file))
            SmallRoot.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file);
        return await File.ReadAllTextAsync(file + ".pub");
    }

    /// <summary>Waits for the shells of a job; returns their ports.</summary>
    public static async Task<int[]> WaitForShellAsync(this TestService service, string job)
    {
        var record = await service.WaitForJobAsync(job, "waiting_on_user");
        Assert.True(record["status"]!.GetValue<string>() == "waiting_on_user", await service.JobLogAsync(job));
        return [.. record["ssh_containers"]!.AsArray().Select(shell => shell!["connection_info"]!["customer_access"]!["port"]!.GetValue<int>())];
    }

    /// <summary>Runs a command in a shell.</summary>
    public static string Ssh(this TestService service, int port, string command, string host = "127.0.0.1") => SmallRoot.Run(
        "ssh", "-i", Path.Combine(service.Folder, "user_key"), "-p", port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", $"root@{host}", command);

    /// <summary>The names of all files of an image's root.</summary>
    public static string ListRoot(this TestService service, string image) => SmallRoot.Run("unsquashfs", "-l", Path.Combine(service.Folder, "artifacts/boot-images", image, "rootfs"));

    /// <summary>Waits until no process (a connection to a node is one), mount or loop device of the service's jobs is there.</summary>
    public static Task AssertNothingIsLeftAsync(this TestService service)
    {
        string[] places = [Path.Combine(service.Folder, "jobs/"), $"\0{Path.Combine(service.Folder, "node_key")}\0"];
        return Wait.UntilAsync(() => Left(places).Count == 0, limit: null, () => string.Join('\n', Left(places)));
    }

    static List<string> Left(string[] places)
    {
        var left = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
            foreach (var file in (string[])["cmdline", "mountinfo"])
                try
                {
                    // Mounts have octal numbers in place of spaces.
                    if (File.ReadAllText(Path.Combine(process, file)).Replace("\\040", " ", StringComparison.Ordinal) is var text && places.Any(place => text.Contains(place, StringComparison.Ordinal)))
                        left.Add($"{process}/{file}");
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    // It has ended.
                }
        foreach (var device in Directory.GetDirectories("/sys/block", "loop*").Select(device => Path.Combine(device, "loop/backing_file")))
            try
            {
                if (File.ReadAllText(device) is var text && places.Any(place => text.Contains(place, StringComparison.Ordinal)))
                    left.Add(device);
            }
            catch (IOException)
            {
                // It is free.
            }
        return left;
    }
}

/// <summary>A test of jobs that offer shells.</summary>
sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute() => Skip = ShellService.WhyNot;
}

using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

/// <summary>An image with everything that is hard to write: devices, links, owners, capabilities, names that are no text.</summary>
public sealed class SampleImage : IAsyncLifetime
{
    const string Script =
        """
        #!/bin/sh
        set -e
        mkdir /opt/hard /opt/empty
        cd /opt/hard
        mknod -m 640 block b 8 1
        mknod char c 5 70000
        mkfifo -m 600 pipe
        echo one > one
        ln one two
        chown 1234:5678 one
        chmod 4755 one
        chown 70000:65000 pipe || chown 60000:60001 pipe
        ln -s ../nowhere/at/all broken
        ln -s one link
        chown -h daemon:mail link
        printf x > "$(printf 'latin-\344')"
        printf x > 'blank and "quote" and \back'
        printf x > "$(printf 'line\nbreak')"
        truncate -s 3M sparse
        echo end >> sparse
        long=$(printf 'n%.0s' $(seq 120))
        mkdir -p $long/$long
        echo deep > $long/$long/$long
        ln -s $long/$long/$long/$long deep
        mkdir -m 2775 group
        chown daemon:mail group
        cp /bin/true capable
        setcap cap_net_raw+ep capable
        echo gone > /opt/filtered
        echo old > /boot/vmlinuz-6.1.0-9-amd64
        echo new > /boot/vmlinuz-6.1.0-10-amd64
        echo first > /boot/initrd.img-6.1.0-10-amd64
        """;

    internal ImageWorkspace Workspace { get; } = new();

    internal ImageProject Project { get; private set; } = null!;

    internal BuildResult Image { get; private set; } = null!;

    /// <summary>The sample in any workspace that has the base.</summary>
    internal static ImageProject ProjectIn(ImageWorkspace workspace)
    {
        var directory = workspace.NewManifest("sample");
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/debian12"}""");
        // No times in it, and no numbers that are given by chance.
        ImageWorkspace.Write(directory, "package-list", "libcap2-bin\n");
        ImageWorkspace.Write(directory, "files/srv/written", "by the project\n");
        ImageWorkspace.Write(directory, "scripts/make", Script);
        return workspace.Project("test/sample", directory) with
        {
            ExcludedPaths = ["/opt/filtered", "/var/log/.*", "/var/cache/.*", "/var/lib/apt/.*"],
            Tags = [new("OsName", "Debian")],
        };
    }

    public async Task InitializeAsync()
    {
        if (TestHost.WhyNot is not null)
            return;
        await Workspace.BuildAndPublishAsync(Workspace.BaseProject());
        Project = ProjectIn(Workspace);
        Image = await Workspace.BuildAsync(Project);
    }

    int number;

    /// <summary>Makes one artifact in a folder of its own.</summary>
    /// <param name="settings">NAME=VALUE.</param>
    internal async Task<string> MakeAsync(string format, params string[] settings)
    {
        var folder = Path.Combine(Workspace.Folder, $"artifacts {Interlocked.Increment(ref number)}");
        return (await Workspace.MakeAsync(Project, Request(format, folder, settings))).Path;
    }

    internal static ArtifactRequest Request(string format, string folder, params string[] settings) =>
        new(format, settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]), folder);

    public Task DisposeAsync()
    {
        Workspace.Dispose();
        return Task.CompletedTask;
    }
}

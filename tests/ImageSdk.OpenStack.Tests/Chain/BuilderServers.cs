using ImageSdk.ImageBuilder.Tests;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>What an image builder needs beside a cloud: a broker, and a disk and an archive to build of. Started by the first test that needs them.</summary>
public sealed class BuilderServers : IAsyncLifetime
{
    static readonly string[] programs =
        ["/usr/bin/openstack", "/usr/bin/curl", "/usr/bin/qemu-img", "/usr/bin/qemu-system-x86_64", "/usr/lib/grub/i386-pc/boot.img", "/usr/bin/grub-mkimage", "/usr/bin/mcopy", RabbitServer.Program];

    readonly Lazy<Task<RabbitServer>> rabbit = new(async () =>
    {
        var server = new RabbitServer();
        await server.InitializeAsync();
        return server;
    });

    readonly Lazy<Task<BaseDisk>> disk = new(async () =>
    {
        var made = new BaseDisk();
        await made.InitializeAsync();
        return made;
    });

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Missing { get; } = BaseDisk.WhyNot
        ?? (programs.FirstOrDefault(program => !File.Exists(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null);

    public async Task<(RabbitServer Rabbit, BaseDisk Disk)> StartAsync()
    {
        await Task.WhenAll(rabbit.Value, disk.Value);
        return (await rabbit.Value, await disk.Value);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (rabbit.IsValueCreated)
            await (await rabbit.Value).DisposeAsync();
        if (disk.IsValueCreated)
            await (await disk.Value).DisposeAsync();
    }
}

/// <summary>A test that needs a cloud, a broker and what builds images.</summary>
sealed class ChainFactAttribute : FactAttribute
{
    public ChainFactAttribute() => Skip = TestCloudMissing ?? BuilderServers.Missing;

    static string? TestCloudMissing => Servers.TestCloud.Missing;
}

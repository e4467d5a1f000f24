using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Building.Tests.Stages;

public sealed class OverlayTests : IDisposable
{
    const string Options = "index=on,metacopy=off,redirect_dir=off,xino=off,volatile";

    readonly string folder = Directory.CreateDirectory(Path.Combine(TestHost.Root, $"overlay-{Guid.NewGuid():N}")).FullName;

    public void Dispose()
    {
        Mounts.DetachBelow(folder);
        Directory.Delete(folder, recursive: true);
    }

    [ImageFact]
    public async Task A_layer_whose_mount_is_about_to_end_is_waited_for()
    {
        // In a user namespace the kernel does not look.
        if (!Processes.IsRoot)
            return;
        Overlay.Mount(New("one"), [New("base")], New("upper"), New("work"), Options);
        var user = DirectoryHandle.Open(Path.Combine(folder, "one"));
        Mounts.DetachBelow(folder);
        var mounting = Task.Run(() => Overlay.Mount(New("two"), [New("upper"), New("base")], New("upper2"), New("work2"), Options));
        await Task.Delay(100);
        Assert.False(mounting.IsCompleted);
        user.Dispose();
        await mounting;
    }

    string New(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
}

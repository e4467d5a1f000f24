using System.Diagnostics;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What a worker works on goes with it, however it ends.</summary>
public sealed class SessionFolderTests : IDisposable
{
    readonly string folder = Directory.CreateDirectory(Path.Combine(TestHost.Root, $"sessions ä-{Guid.NewGuid():N}")).FullName;
    readonly LayerStore store;

    public SessionFolderTests()
    {
        store = new(Path.Combine(folder, "cache"), Processes.UserId);
        store.CreateDirectories();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    WorkerSession New() => new(store, new RecordingListener(), CancellationToken.None);

    string Abandoned(string name)
    {
        var session = Path.Combine(store.SessionsDirectory, name);
        Directory.CreateDirectory(Path.Combine(session, "1/u/deep"));
        File.WriteAllText(Path.Combine(session, "1/u/deep/file"), "content");
        return session;
    }

    [Fact]
    public void A_folder_that_lost_its_lock_is_swept_and_one_that_is_in_use_is_not()
    {
        var abandoned = new[] { Abandoned("half removed"), Abandoned("killed"), Path.Combine(store.SessionsDirectory, "just made") };
        File.WriteAllText(Path.Combine(abandoned[1], "lock"), "");
        Directory.CreateDirectory(abandoned[2]);
        using var living = New();
        File.WriteAllText(Path.Combine(living.NextRootDirectory(), "file"), "");
        using (var session = New())
            session.SweepAbandoned();
        Assert.Equal([living.Directory], Directory.GetDirectories(store.SessionsDirectory));
        Assert.True(File.Exists(Path.Combine(living.Directory, "1/file")));
    }

    [Fact]
    public void Many_who_begin_and_sweep_at_once_leave_nothing_and_take_nothing_from_one_another()
    {
        Parallel.For(0, 8, _ =>
        {
            for (var round = 0; round < 30; round++)
            {
                using var session = New();
                var file = Path.Combine(session.NextRootDirectory(), "file");
                File.WriteAllText(file, "");
                session.SweepAbandoned();
                Assert.True(File.Exists(file));
            }
        });
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.SessionsDirectory));
    }

    [Fact]
    public async Task Whoever_still_writes_while_a_session_ends_is_waited_for()
    {
        var session = New();
        var root = session.NextRootDirectory();
        var isWriting = true;
        var writing = Task.Run(() =>
        {
            for (var number = 0; Volatile.Read(ref isWriting); number++)
                try
                {
                    File.WriteAllText(Path.Combine(root, $"{number}"), "");
                }
                catch (DirectoryNotFoundException)
                {
                    return;
                }
        });
        var ending = Task.Run(session.Dispose);
        await Task.Delay(50);
        Volatile.Write(ref isWriting, false);
        await Task.WhenAll(writing, ending);
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.SessionsDirectory));
    }

    static RunStageRequest Bootstrap(params string[] command) => new(
        "UnpackSourceImage", CacheKey.IdOf(CacheKey.Of(command)), [], [new BootstrapOperation(command, "")],
        new(new Dictionary<string, string>(), [], [], Network: false), "");

    // Named by this test's own folder.
    string? FindWorker() => Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0])).FirstOrDefault(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")) is var command && command.StartsWith(TestHost.Dotnet, StringComparison.Ordinal)
                && command.Contains(folder, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    [ImageFact]
    public async Task A_worker_that_hangs_is_killed_and_what_it_leaves_is_removed()
    {
        using var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
        using var cancellation = new CancellationTokenSource();
        var asking = workers.AskAsync(Path.Combine(folder, "cache"), Bootstrap("sleep", "4243"), new RecordingListener(), cancellation.Token);
        await Wait.UntilAsync(() => Directory.GetDirectories(store.SessionsDirectory) is [var session] && Directory.GetDirectories(session).Length > 0, unless: [asking]);
        // It does not even notice that it is cancelled.
        using (var stop = Process.Start("kill", ["-STOP", Path.GetFileName(FindWorker()!)]))
            await stop.WaitForExitAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        workers.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.SessionsDirectory));
    }

    /// <summary>
    /// In a user namespace, which is where the worker of an ordinary user is, the kernel does not let a process unmount separately what came from
    /// outside with another mount, such as what is below /sys.
    /// </summary>
    [ImageFact]
    public async Task What_commands_see_of_the_kernel_keeps_no_session()
    {
        File.Copy("/bin/true", Path.Combine(folder, "script"));
        var request = Bootstrap("none") with { Stage = "RunScripts", Operations = [new RunScriptsOperation("scripts", [Path.Combine(folder, "script")])] };
        using (var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet))
        {
            // The root has none of its libraries; but the sandbox was made.
            await Assert.ThrowsAsync<BuildException>(() => workers.AskAsync(Path.Combine(folder, "cache"), request, new RecordingListener(), CancellationToken.None));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.SessionsDirectory));
    }

    [ImageFact]
    public async Task A_cache_behind_a_link_works_like_any_other()
    {
        var link = Path.Combine(folder, "link");
        Directory.CreateSymbolicLink(link, Path.Combine(folder, "cache"));
        using (var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet))
        {
            // No system comes of it; but what was mounted for it is gone.
            var failure = await Assert.ThrowsAsync<BuildException>(() => workers.AskAsync(link, Bootstrap("true"), new RecordingListener(), CancellationToken.None));
            Assert.Equal("IMG2012", failure.Diagnostic.Code);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.SessionsDirectory));
    }
}

using System.Diagnostics;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A service as a process of its own over the records of another, which does the jobs and is killed.</summary>
sealed class WorkerProcess : IAsyncDisposable
{
    readonly Process process;

    WorkerProcess(Process process) => this.process = process;

    public static WorkerProcess Start(TestService service, params string[] flags)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "imagesdk-ims.dll"), "-allowRoot", "-permitInsecureMode", "-CAfile=", "-portNum=0", "-listenAddress=127.0.0.1", "-srpcUnixSocketPath=", "-logDir=",
            $"-database={Path.Combine(service.Folder, "records.sqlite")}", $"-artifactDir={Path.Combine(service.Folder, "artifacts")}", "-sshHost=127.0.0.1", "-concurrentJobs=4", .. flags,
        ]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    /// <summary>Ends it by SIGKILL, and with it nothing that it has started.</summary>
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
}

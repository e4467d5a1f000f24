using System.Security.Cryptography;
using ImageSdk.Building.Contents;
using ImageSdk.Building.Remote;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Hands out the contents of images that projects of other machines were built to. They are laid out on disk, sent, and removed.</summary>
/// <param name="results">The images.</param>
/// <param name="concurrency">Calls that may lay out at once; others wait.</param>
sealed class ProjectContents(EngineSettings settings, ProjectResults results, int concurrency)
{
    readonly SemaphoreSlim turn = new(concurrency);

    /// <summary>Sends objects of an image.</summary>
    /// <returns>Why they are not there; empty where they were sent.</returns>
    public async Task<string> SendObjectsAsync(ProjectResult image, IReadOnlyList<ObjectHash> hashes, SrpcServerCall call)
    {
        using var room = results.MakeRoom();
        var store = new ObjectStore(room.Path, isDurable: false);
        if (await LayOutAsync(image, content => content.StoreAsync(hashes.ToHashSet(), room.Path, call.Aborted), call.Aborted) is { Length: > 0 } fault)
            return fault;
        if (File.Exists(image.LogFile) && await HashOfAsync(image.LogFile, call.Aborted) is var log && hashes.Contains(log))
            store.Add(await File.ReadAllBytesAsync(image.LogFile, call.Aborted), log);
        ulong[] sizes = [.. hashes.Select(hash => store.SizeOf(hash) ?? 0)];
        if (Array.IndexOf(sizes, 0ul) is >= 0 and var missing)
            return $"the image has no object {hashes[missing]}";
        await call.WriteAsync(GetObjectsResponse.Gob, new() { ObjectSizes = sizes });
        foreach (var (hash, size) in hashes.Zip(sizes))
            using (var file = File.OpenHandle(store.GetPath(hash)))
                await call.WriteFileAsync(file, 0, (long)size);
        return "";
    }

    /// <summary>Sends what a NuGet package carries of an image beside its record.</summary>
    /// <returns>Why it is not there; empty where it was sent.</returns>
    public async Task<string> SendPackageAsync(ProjectResult image, SrpcServerCall call)
    {
        using var room = results.MakeRoom();
        string[] paths = [Path.Combine(room.Path, PackedFiles.Objects), Path.Combine(room.Path, PackedFiles.Notices)];
        if (await LayOutAsync(image, content => content.PackAsync(paths[0], paths[1], call.Aborted), call.Aborted) is { Length: > 0 } fault)
            return fault;
        var files = new List<BuiltFile>();
        foreach (var path in paths)
            files.Add(new() { Name = Path.GetFileName(path), Hash = await HashOfAsync(path, call.Aborted), Size = (ulong)new FileInfo(path).Length, IsSent = true });
        await call.WriteAsync(BuiltPackageResponse.Gob, new() { Files = files });
        foreach (var (path, file) in paths.Zip(files))
            using (var handle = File.OpenHandle(path))
                await call.WriteFileAsync(handle, 0, (long)file.Size);
        return "";
    }

    async Task<string> LayOutAsync(ProjectResult image, Func<BuiltImageContent, Task> act, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            using var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet);
            await act(new(image.ImageFile, settings.CacheDirectory, workers, new SilentListener()));
            return "";
        }
        catch (BuildException problem)
        {
            return problem.Diagnostic.Code == "IMG7003" ? "the layers of the image are no longer in the cache: build the project again" : $"{problem.Diagnostic.Code}: {problem.Diagnostic.Message}";
        }
        finally
        {
            turn.Release();
        }
    }

    static async Task<ObjectHash> HashOfAsync(string file, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(file);
        return new(await SHA512.HashDataAsync(content, cancellation));
    }
}

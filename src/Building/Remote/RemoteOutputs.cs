using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Building.Remote;

/// <summary>What comes back of a build elsewhere.</summary>
sealed class RemoteOutputs(BuildPlan plan, IReadOnlyList<ArtifactRequest> requests, string builder)
{
    readonly string directory = Path.GetDirectoryName(plan.Project.ImageFile)!;
    readonly Dictionary<string, FetchedFile> fetched = new(StringComparer.Ordinal);

    string RecordName => Path.GetFileName(plan.Project.ImageFile) + ".json";

    string LockName => plan.Project.Lock is { } locked ? Path.GetFileName(locked.File) : "";

    public async Task ReceiveAsync(BuiltFile file, Func<Memory<byte>, ValueTask<int>> read)
    {
        var target = TargetOf(file.Name) ?? throw Unexpected(file.Name);
        await ReceivedFile.WriteAsync(file, read, target, builder, plan.Project.ProjectFile, file.Name == RecordName ? temporary => WriteRecord(temporary, target) : null);
        var info = new FileInfo(target);
        fetched[file.Name] = new(file.Name, file.Hash.ToString(), info.Length, info.LastWriteTimeUtc.Ticks);
    }

    /// <summary>Says what is there now.</summary>
    public RemoteOutcome Finish(BuildProjectResult result, RemoteOutcome? before)
    {
        // The build's name is another one, though the image may be the same.
        if (JsonFile.TryRead(Path.Combine(directory, RecordName), StateJson.Default.BuiltImage) is not { } record)
            throw Unexpected("nothing");
        JsonFile.Write(Path.Combine(directory, RecordName), record with { Remotely = new(builder, result.Build) }, StateJson.Default.BuiltImage);
        // Where only documents changed, MSBuild has to see that all is newer than what it was made of.
        File.SetLastWriteTimeUtc(plan.Project.ImageFile, DateTime.UtcNow);
        foreach (var file in result.Files.Where(file => !file.IsSent))
            if (before?.Files.FirstOrDefault(known => known.Name == file.Name && known.Hash == file.Hash.ToString()) is { } kept)
                fetched[file.Name] = kept;
        foreach (var name in (string[])[Path.GetFileName(plan.Project.ImageFile), RecordName])
            if (fetched.TryGetValue(name, out var file) && new FileInfo(Path.Combine(directory, name)) is var info)
                fetched[name] = file with { Size = info.Length, Ticks = info.LastWriteTimeUtc.Ticks };
        return new(builder, result.Build, [.. fetched.Values.OrderBy(file => file.Name, StringComparer.Ordinal)]);
    }

    void WriteRecord(string received, string target)
    {
        var record = JsonFile.TryRead(received, StateJson.Default.BuiltImage) ?? throw Unexpected(RecordName);
        JsonFile.Write(target, record with { CacheDirectory = "" }, StateJson.Default.BuiltImage);
    }

    /// <summary>Where a file goes; null for one that was not asked for.</summary>
    string? TargetOf(string name)
    {
        if (name == LockName)
            return plan.Project.Lock!.File;
        var expected = AttestationKinds.All.Select(kind => AttestationKinds.FileBeside(plan.Project.ImageFile, kind))
            .Concat([plan.Project.ImageFile, Path.Combine(directory, RecordName)])
            .Concat(ArtifactPlan.Check(requests, plan.Project).Select(artifact => artifact.Path));
        return expected.FirstOrDefault(path => Path.GetFileName(path) == name);
    }

    BuildException Unexpected(string name) => new("IMG7363", $"{builder} has sent {name}, which was not asked for. Build with the same version of ImageSdk as there.", plan.Project.ProjectFile);
}

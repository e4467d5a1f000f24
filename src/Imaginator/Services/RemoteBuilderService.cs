using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Building.Remote;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Projects;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Imaginator.Services;

/// <summary>The service "RemoteBuilder": builds projects of machines that build no images. The original has none of it; docs/imaginator.md describes it.</summary>
sealed class RemoteBuilderService(ProjectObjects objects, ProjectBuilds builds, ProjectContents contents, ProjectRules rules, Action<string> log)
{
    const int MaximumEntries = 500_000;

    const string Forgotten = "the build is no longer here, where builds of projects are kept for a week: build the project again";

    static readonly GobLimits limits = new() { MaxValueBytes = 64 << 20, MaxDefinitions = 32 };

    static readonly SrpcMethodOptions open = SrpcMethodOptions.Public with { Limits = limits };

    public SrpcService Create() => new SrpcService("RemoteBuilder")
        .RequestReply("CheckObjects", CheckObjectsRequest.Gob, CheckObjectsResponse.Gob, Check, open)
        .Stream("AddObjects", AddAsync, open)
        .Stream("Build", BuildAsync, open)
        .Stream("GetObjects", GetObjectsAsync, open)
        .Stream("Pack", PackAsync, open);

    Task<CheckObjectsResponse> Check(CheckObjectsRequest request, SrpcServerCall call)
    {
        rules.RequireSender(call.Caller);
        return Task.FromResult(new CheckObjectsResponse { ObjectSizes = objects.SizesOf(request.Hashes) });
    }

    Task AddAsync(SrpcServerCall call)
    {
        rules.RequireSender(call.Caller);
        return objects.ReceiveAsync(call);
    }

    async Task GetObjectsAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(BuiltContentRequest.Gob);
        var fault = builds.Results.Find(request.Build, call.Caller) is { } image ? await contents.SendObjectsAsync(image, request.Hashes, call) : Forgotten;
        if (fault.Length > 0)
            await call.WriteAsync(GetObjectsResponse.Gob, new() { ResponseString = fault });
    }

    async Task PackAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(BuiltContentRequest.Gob);
        var fault = builds.Results.Find(request.Build, call.Caller) is { } image ? await contents.SendPackageAsync(image, call) : Forgotten;
        if (fault.Length > 0)
            await call.WriteAsync(BuiltPackageResponse.Gob, new() { ErrorString = fault });
    }

    async Task BuildAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(BuildProjectRequest.Gob);
        try
        {
            if (Receive(request, call.Caller) is not { } session)
            {
                await call.WriteAsync(BuildProjectResponse.Gob, new() { News = BuildProjectNews.Missing });
                return;
            }
            log($"{call.Caller.User} requested building a project: {session.Project.Project.Stream}");
            using (session)
                await FollowAsync(session, call);
        }
        catch (BuildException refusal)
        {
            await call.WriteAsync(BuildProjectResponse.Gob, ProjectListener.Response(refusal.Diagnostic with { File = null }));
        }
    }

    /// <returns>Null where files are not here.</returns>
    /// <exception cref="BuildException">The project is not built.</exception>
    ProjectSession? Receive(BuildProjectRequest request, SrpcCaller caller)
    {
        rules.RequireSender(caller);
        if (objects.Use(request.Tree) is not { } size)
            return null;
        if (size > (ulong)limits.MaxValueBytes)
            throw new BuildException("IMG7367", "The project has too many files.");
        ReceivedProject project;
        try
        {
            project = new(RemoteProject.Deserialize(request.Project), BareGob.ReadFileSystem(new MemoryStream(objects.Read(request.Tree)), limits), MaximumEntries);
        }
        catch (Exception problem) when (problem is JsonException or ImageFileException)
        {
            throw new BuildException("IMG7367", $"What was sent is no project: {problem.Message.ReplaceLineEndings(" ")} Build with the same version of ImageSdk as the imaginator, or without ImageBuilder.", inner: problem);
        }
        rules.Require(project, caller);
        if (project.Objects.Any(needed => objects.Use(needed.Key) != needed.Value))
            return null;
        string[] references =
        [
            .. request.References.Select(build => builds.Results.Find(build, caller)?.ImageFile ?? throw new BuildException("IMG7369",
                "An image that the project references is no longer at the imaginator, which keeps them for a week. Build its project again: dotnet build -t:Rebuild.")),
        ];
        return new(project, request, references, caller.User);
    }

    async Task FollowAsync(ProjectSession session, SrpcServerCall call)
    {
        var id = await builds.SubmitAsync(session, call.Aborted);
        try
        {
            await call.WhileCallerStaysAsync(async gone =>
            {
                while (await session.News.WaitToReadAsync(gone))
                {
                    while (session.News.TryRead(out var news))
                        await call.WriteAsync(BuildProjectResponse.Gob, news);
                    await call.FlushAsync();
                }
                return true;
            });
        }
        catch
        {
            await builds.CancelAsync(id);
            throw;
        }
        if (session.Failure is { } failure)
            await call.WriteAsync(BuildProjectResponse.Gob, ProjectListener.Response(failure));
        else if (session.Files.Count == 0)
            await call.WriteAsync(BuildProjectResponse.Gob, new() { News = BuildProjectNews.Error, Code = "IMG7364", Message = $"The imaginator has given up the build: {await builds.FindFailureAsync(id)}." });
        else
            await SendAsync(session, call);
    }

    static async Task SendAsync(ProjectSession session, SrpcServerCall call)
    {
        var have = session.Request.Have.DistinctBy(file => file.Name).ToDictionary(file => file.Name, file => file.Hash, StringComparer.Ordinal);
        var record = DescribeRecord(session.Files[0]);
        var files = new List<BuiltFile>
        {
            Offer(Path.GetFileName(session.Files[0]) + ".json", ObjectHash.Of(record), (ulong)record.Length),
        };
        foreach (var path in session.Files)
        {
            await using var content = File.OpenRead(path);
            files.Add(Offer(Path.GetFileName(path), new(await SHA512.HashDataAsync(content, call.Aborted)), (ulong)content.Length));
        }
        await call.WriteAsync(BuildProjectResponse.Gob, new() { News = BuildProjectNews.Built, Result = new() { Build = session.Build, Files = files } });
        if (files[0].IsSent)
            await call.Stream.WriteAsync(record, call.Aborted);
        foreach (var (path, file) in session.Files.Zip(files.Skip(1)))
            if (file.IsSent)
                using (var handle = File.OpenHandle(path))
                    await call.WriteFileAsync(handle, 0, (long)file.Size);

        BuiltFile Offer(string name, ObjectHash hash, ulong size) => new() { Name = name, Hash = hash, Size = size, IsSent = !have.TryGetValue(name, out var known) || known != hash };
    }

    // Where layers lie here says nothing to others.
    static byte[] DescribeRecord(string imageFile) => JsonSerializer.SerializeToUtf8Bytes(
        JsonSerializer.Deserialize<BuiltImage>(File.ReadAllBytes(imageFile + ".json"))! with { CacheDirectory = "" });
}

using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Single images: adding, reading, deleting.</summary>
sealed partial class ImageService
{
    void AddImageMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.RequestReply("AddImage", AddImageRequest.Gob, AddImageResponse.Gob, (request, call) => AddImageAsync(
            call, request.ImageName, request.Image is { } image ? image with { CreatedBy = call.Caller.User, CreatedOn = time.GetUtcNow() } : null), withImage);
        service.RequestReply("AddImageTrusted", AddImageRequest.Gob, AddImageResponse.Gob,
            (request, call) => AddImageAsync(call, request.ImageName, request.Image), withImage);
        service.RequestReply("CheckImage", CheckImageRequest.Gob, CheckImageResponse.Gob,
            (request, _) => Task.FromResult(new CheckImageResponse { ImageExists = images.Find(request.ImageName) is not null }), read);
        service.RequestReply("DeleteImage", DeleteImageRequest.Gob, DeleteImageResponse.Gob, (request, call) =>
        {
            Log($"DeleteImage({request.ImageName})", call.Caller);
            RefuseOnReplica();
            refusals.Of(() => images.Delete(request.ImageName, call.Caller));
            return Task.FromResult(new DeleteImageResponse());
        }, SrpcMethodOptions.Public);
        service.RequestReply("FindLatestImage", FindLatestImageRequest.Gob, FindLatestImageResponse.Gob, (request, _) =>
        {
            string? name = null;
            var error = refusals.TextOf(() => name = images.FindLatest(request));
            return Task.FromResult(new FindLatestImageResponse { ImageName = name ?? "", Error = error });
        }, read);
        service.RequestReply("GetImage", GetImageRequest.Gob, GetImageResponse.Gob, GetImageAsync, read);
        service.RequestReply("GetImageInodes", GetImageInodesRequest.Gob, GetImageInodesResponse.Gob,
            (request, _) => Task.FromResult(GetImageInodes(request)), read);
        service.RequestReply("GetImageComputedFiles", GetImageComputedFilesRequest.Gob, GetImageComputedFilesResponse.Gob,
            (request, _) => Task.FromResult(GetComputedFiles(request)), read);
        service.RequestReply("GetImageUsageEstimate", GetImageUsageEstimateRequest.Gob, GetImageUsageEstimateResponse.Gob, (request, _) =>
        {
            var header = images.Find(request.ImageName);
            return Task.FromResult(new GetImageUsageEstimateResponse { ImageExists = header is not null, UsageEstimate = header?.EstimatedUsage ?? 0 });
        }, read);
    }

    async Task<AddImageResponse> AddImageAsync(SrpcServerCall call, string name, Image? image)
    {
        Log($"AddImage({name})", call.Caller);
        if (images.Find(name) is not null)
            throw new SrpcException("image already exists");
        if (image is null)
            throw new SrpcException("nil image");
        if (options.Master is { } master)
            await master.AddImageAsync(name, image);
        else
            refusals.Of(() => images.Add(name, image));
        return new();
    }

    async Task<GetImageResponse> GetImageAsync(GetImageRequest request, SrpcServerCall call)
    {
        if (images.Find(request.ImageName) is null &&
            (request.Timeout <= TimeSpan.Zero || !await call.WhileCallerStaysAsync(gone => images.WaitAsync(request.ImageName, request.Timeout, gone))))
            return new();
        if (refusals.Of(() => images.Get(request.ImageName)) is not { } image)
            return new();
        if (request.IgnoreFilesystem || (request.IgnoreFilesystemIfExpiring && image.ExpiresAt is not null))
            image = image with { FileSystem = null };
        return new() { Image = image, InformationDatabaseURL = options.InformationTemplate?.Expand(request.ImageName, image) ?? "" };
    }

    GetImageInodesResponse GetImageInodes(GetImageInodesRequest request)
    {
        if (refusals.Of(() => images.Get(request.ImageName)) is not { FileSystem: { } tree })
            return new() { ImageExists = images.Find(request.ImageName) is not null };
        var numbers = new Dictionary<ByteString, ulong>();
        var inodes = new Dictionary<ulong, Inode>();
        var links = new Dictionary<ulong, ulong>();
        foreach (var path in request.Filenames)
        {
            if (!refusals.Of(() => tree.Index).TryFind(path, out var found) || found.InodeNumber is not { } number)
                continue;
            numbers[path] = number;
            inodes[number] = found.Inode;
            links[number] = (ulong)tree.Index.CountLinks(number);
        }
        return new() { ImageExists = true, InodeNumbers = numbers, Inodes = inodes, NumLinks = links };
    }

    GetImageComputedFilesResponse GetComputedFiles(GetImageComputedFilesRequest request)
    {
        if (images.Find(request.ImageName) is not { } header)
            return new();
        // Most images have none, and need not be read to say so.
        if (header.ComputedFileCount == 0 || refusals.Of(() => images.Get(request.ImageName)) is not { FileSystem: { } tree })
            return new() { ImageExists = true };
        return new()
        {
            ImageExists = true,
            ComputedFiles = refusals.Of(() => ComputedFile.List(tree)),
        };
    }
}

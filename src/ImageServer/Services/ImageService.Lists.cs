using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Lists, and figures over several images.</summary>
sealed partial class ImageService
{
    void AddListMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.Stream("ListDirectories", async call =>
        {
            foreach (var directory in images.ListDirectories())
                await call.WriteAsync(ImageDirectory.Gob, directory);
            await call.WriteAsync(ImageDirectory.Gob, new("", new("")));
        }, read);
        service.Stream("ListImages", call => WriteNamesAsync(call, new ListSelectedImagesRequest()), read);
        service.Stream("ListSelectedImages", async call =>
            await WriteNamesAsync(call, await call.ReadAsync(ListSelectedImagesRequest.Gob)), read);
        service.RequestReply("GetObjectStatisticsForImages", GetObjectStatisticsForImagesRequest.Gob, GetObjectStatisticsForImagesResponse.Gob,
            (request, call) => call.WhileCallerStaysAsync(gone => Task.Run(() => ComputeStatistics(request, gone), gone)), read);
        service.RequestReply("GetReplicationMaster", GetReplicationMasterRequest.Gob, GetReplicationMasterResponse.Gob, (_, _) =>
            Task.FromResult(new GetReplicationMasterResponse { ReplicationMaster = options.Master?.Address ?? "" }), read);
    }

    async Task WriteNamesAsync(SrpcServerCall call, ListSelectedImagesRequest request)
    {
        var selection = new ImageSelection(request);
        foreach (var header in images.List(selection.Includes).OrderBy(header => header.Name, VersionOrder.Instance))
            await call.WriteTextAsync(header.Name + "\n");
        await call.WriteTextAsync("\n");
    }

    GetObjectStatisticsForImagesResponse ComputeStatistics(GetObjectStatisticsForImagesRequest request, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var sizes = new Dictionary<ObjectHash, ulong>();
        ulong imageCount = 0, inodes = 0, inodeBytes = 0;
        foreach (var name in request.ImageNames)
        {
            cancellation.ThrowIfCancellationRequested();
            if (refusals.Of(() => images.Get(name)) is not { } image)
            {
                if (request.IgnoreMissing)
                    continue;
                return new() { Error = $"unknown image: {name}" };
            }
            imageCount++;
            foreach (var inode in image.FileSystem?.InodeTable.Values ?? [])
            {
                if (inode is not RegularInode file)
                    continue;
                inodes++;
                if (file.Size == 0)
                    continue;
                inodeBytes += file.Size;
                sizes[file.Hash] = file.Size;
            }
        }
        return new()
        {
            ComputationTime = time.GetElapsedTime(start),
            NumFileInodes = inodes,
            NumImages = imageCount,
            NumObjects = (ulong)sizes.Count,
            TotalFileInodeBytes = inodeBytes,
            TotalObjectBytes = sizes.Values.Aggregate(0ul, (sum, size) => sum + size),
        };
    }
}

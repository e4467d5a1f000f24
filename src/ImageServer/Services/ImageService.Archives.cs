using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Images that are kept outside of the server.</summary>
sealed partial class ImageService
{
    void AddArchiveMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.RequestReply("GetImageArchive", GetImageArchiveRequest.Gob, GetImageArchiveResponse.Gob, (request, _) =>
        {
            if (options.Master is { Address: var master })
                return Task.FromResult(new GetImageArchiveResponse { ReplicationMaster = master });
            byte[] archive = [];
            var error = refusals.TextOf(() => archive = archives.Make(request.ImageName));
            return Task.FromResult(new GetImageArchiveResponse { ArchiveData = archive, Error = error });
        }, read);
        service.RequestReply("RestoreImageFromArchive", RestoreImageFromArchiveRequest.Gob, RestoreImageFromArchiveResponse.Gob, (request, call) =>
            Task.FromResult(options.Master is { Address: var master }
                ? new RestoreImageFromArchiveResponse { ReplicationMaster = master }
                : new() { Error = refusals.TextOf(() => archives.Restore(request.ArchiveData, request.ExpiresAt, call.Caller)) }), withImage);
    }
}

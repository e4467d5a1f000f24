using ImageSdk.Dominator;
using ImageSdk.Posix;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Directories and their owners.</summary>
sealed partial class ImageService
{
    void AddDirectoryMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.RequestReply("CheckDirectory", CheckDirectoryRequest.Gob, CheckDirectoryResponse.Gob, (request, _) =>
            Task.FromResult(new CheckDirectoryResponse { DirectoryExists = images.HasDirectory(request.DirectoryName) }), read);
        service.RequestReply("MakeDirectory", MakeDirectoryRequest.Gob, MakeDirectoryResponse.Gob, (request, call) =>
        {
            Log($"MakeDirectory({request.DirectoryName})", call.Caller);
            RefuseOnReplica();
            refusals.Of(() => images.MakeDirectory(request.DirectoryName, request.MakeAll, call.Caller));
            return Task.FromResult(new MakeDirectoryResponse());
        });
        service.RequestReply("DeleteDirectory", DeleteDirectoryRequest.Gob, DeleteDirectoryResponse.Gob, (request, call) =>
        {
            Log($"DeleteDirectory({request.DirectoryName})", call.Caller);
            RefuseOnReplica();
            return Task.FromResult(new DeleteDirectoryResponse
            {
                Error = refusals.TextOf(() => images.DeleteDirectory(request.DirectoryName)),
            });
        });
        service.RequestReply("ChownDirectory", ChangeOwnerRequest.Gob, ChangeOwnerResponse.Gob, (request, call) =>
        {
            if (call.Caller.User.Length == 0)
                throw new SrpcException("no username: unauthenticated connection");
            if (request.OwnerGroup.Length > 0 && !SystemGroups.Contains(request.OwnerGroup))
                throw new SrpcException($"group: unknown group {request.OwnerGroup}");
            Log($"ChownDirectory({request.DirectoryName}) to: \"{request.OwnerGroup}\"", call.Caller);
            refusals.Of(() => images.ChangeOwner(request.DirectoryName, request.OwnerGroup, call.Caller));
            return Task.FromResult(new ChangeOwnerResponse());
        }, SrpcMethodOptions.Public);
    }
}

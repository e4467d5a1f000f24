using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Objects that no image refers to.</summary>
sealed partial class ImageService
{
    void AddObjectMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.Stream("ListUnreferencedObjects", async call =>
        {
            await objects.Completion.WaitAsync(call.Aborted);
            foreach (var (hash, size) in objects.ListUnreferenced())
                await call.WriteAsync(StoredObject.Gob, new() { Hash = hash, Size = size });
            await call.WriteAsync(StoredObject.Gob, new());
        }, read);
        service.RequestReply("DeleteUnreferencedObjects", DeleteUnreferencedObjectsRequest.Gob, DeleteUnreferencedObjectsResponse.Gob, async (request, call) =>
        {
            Log($"DeleteUnreferencedObjects({request.Percentage}%, {HumanSize.Format(request.Bytes)})", call.Caller);
            return await call.WhileCallerStaysAsync(async gone =>
            {
                await objects.Completion.WaitAsync(gone);
                await Task.Run(() => refusals.Of(() => objects.DeleteUnreferenced(request.Percentage, request.Bytes, gone)), gone);
                return new DeleteUnreferencedObjectsResponse();
            });
        });
    }
}

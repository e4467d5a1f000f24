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
            await objects.Completion.WaitAsync(call.Aborted);
            Refusals.Of(() => objects.DeleteUnreferenced(request.Percentage, request.Bytes));
            return new DeleteUnreferencedObjectsResponse();
        });
    }
}

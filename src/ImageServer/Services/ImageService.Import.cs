using ImageSdk.Dominator;
using ImageSdk.Dominator.Trees;
using ImageSdk.ImageServer.Import;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Images that come from elsewhere.</summary>
sealed partial class ImageService
{
    void AddImportMethods(SrpcService service)
    {
        var import = new TreeImport(images, objects, time, options.Log);
        service.RequestReply("ImportTree", ImportTreeRequest.Gob, ImportTreeResponse.Gob, async (request, call) =>
        {
            Log($"ImportTree({request.TreeUrl})", call.Caller);
            try
            {
                RefuseOnReplica();
                return await call.WhileCallerStaysAsync(gone => import.ImportAsync(request, call.Caller.User, gone));
            }
            catch (Exception refusal) when (refusal is SrpcException or TreeException or ImageFormatException)
            {
                options.Log($"ImportTree({request.TreeUrl}): {refusal.Message}");
                return new() { Error = refusal.Message };
            }
        });
    }
}

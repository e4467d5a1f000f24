using ImageSdk.Dominator;
using ImageSdk.ImageServer.Import;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Images that come from elsewhere.</summary>
sealed partial class ImageService
{
    void AddImportMethods(SrpcService service)
    {
        var import = new TreeImport(images, objects, time);
        service.RequestReply("ImportTree", ImportTreeRequest.Gob, ImportTreeResponse.Gob, async (request, call) =>
        {
            try
            {
                RefuseOnReplica();
                return await call.WhileCallerStaysAsync(gone => import.ImportAsync(request, call.Caller.User, gone));
            }
            catch (SrpcException refusal)
            {
                return new() { Error = refusal.Message };
            }
        });
    }
}

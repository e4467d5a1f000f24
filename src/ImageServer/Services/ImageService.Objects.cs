using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Objects that no image refers to.</summary>
sealed partial class ImageService
{
    void AddObjectMethods(SrpcService service, SrpcMethodOptions read) => _ = objects;
}

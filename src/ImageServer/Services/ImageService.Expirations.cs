using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>When images cease to be.</summary>
sealed partial class ImageService
{
    void AddExpirationMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.RequestReply("ChangeImageExpiration", ChangeImageExpirationRequest.Gob, ChangeImageExpirationResponse.Gob, (request, call) =>
            Task.FromResult(new ChangeImageExpirationResponse
            {
                Error = refusals.TextOf(() =>
                {
                    Log($"ChangeImageExpiration({request.ImageName}) {request.ExpiresAt?.ToString("u") ?? "never"}", call.Caller);
                    RefuseOnReplica();
                    options.Expirations.Check(call.Caller, request.ExpiresAt, time.GetUtcNow());
                    images.ChangeExpiration(request.ImageName, request.ExpiresAt, call.Caller);
                }),
            }), SrpcMethodOptions.Public);
        service.RequestReply("GetImageExpiration", GetImageExpirationRequest.Gob, GetImageExpirationResponse.Gob, (request, _) =>
            Task.FromResult(images.Find(request.ImageName) is { } header
                ? new GetImageExpirationResponse { ExpiresAt = header.ExpiresAt }
                : new() { Error = "image not found" }), read);
    }
}

using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.ImageServer.Services;

/// <summary>
/// The service "ImageServer": its methods as the original has them, in the words that its clients look for. What is
/// refused where — in the error line or in the reply — is the original's choice for each method.
/// </summary>
sealed partial class ImageService(
    ImageCatalogue images, ObjectCatalogue objects, ImageArchives archives, ImageServiceOptions options, TimeProvider time)
{
    // An image of a million inodes takes some 150 MB.
    static readonly GobLimits imageLimits = new() { MaxValueBytes = 1 << 29 };

    static readonly SrpcMethodOptions withImage = new() { Limits = imageLimits };

    readonly Refusals refusals = new(options.OnTrouble);

    /// <summary>The service with all methods.</summary>
    public SrpcService Create()
    {
        var read = options.AllowUnauthenticatedReads ? SrpcMethodOptions.Unauthenticated : SrpcMethodOptions.Public;
        var service = new SrpcService("ImageServer");
        AddImageMethods(service, read);
        AddDirectoryMethods(service, read);
        AddExpirationMethods(service, read);
        AddArchiveMethods(service, read);
        AddListMethods(service, read);
        AddUpdateMethods(service, read);
        AddObjectMethods(service, read);
        AddImportMethods(service);
        return service;
    }

    // Every requested change, with the caller; the answer says whether it was made.
    void Log(string change, SrpcCaller caller) => options.Log(caller.User.Length > 0 ? $"{change} by {caller.User}" : change);

    // Changes that a replica does not pass on have to be made at its master.
    void RefuseOnReplica()
    {
        if (options.Master is { Address: var master })
            throw new SrpcException($"cannot make changes while under replication control, go to master: {master}");
    }
}

using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Objects;

/// <summary>The objects of the server: how large they are and how many images' inodes refer to them. For many threads.</summary>
sealed class ObjectCatalogue
{
    /// <summary>Bytes; null where there is no such object.</summary>
    public ulong? SizeOf(ObjectHash hash) => throw new NotImplementedException();

    /// <summary>Opens an object that is read from its start.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    public FileStream OpenRead(ObjectHash hash) => throw new NotImplementedException();

    /// <summary>
    /// Counts the references of an image, all or none: what is counted is not collected.
    /// </summary>
    /// <exception cref="SrpcException">
    /// Objects are missing ("object: HASH is not available", "N objects are not available") or have another size.
    /// </exception>
    public void AddReferences(IReadOnlyList<ObjectUse> uses) => throw new NotImplementedException();

    /// <summary>Takes references back that were counted.</summary>
    public void DropReferences(IReadOnlyList<ObjectUse> uses) => throw new NotImplementedException();

    /// <summary>Figures for pages and metrics.</summary>
    public ObjectStatistics Statistics => throw new NotImplementedException();
}

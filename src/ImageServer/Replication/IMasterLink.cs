using ImageSdk.Images;

namespace ImageSdk.ImageServer.Replication;

/// <summary>What a replica's methods need of its master.</summary>
interface IMasterLink
{
    /// <summary>host:port.</summary>
    string Address { get; }

    /// <summary>Ends once this server has had all that its master has.</summary>
    Task Replicated { get; }

    /// <summary>Adds an image to the master and then here, with its creator and time of creation as they are.</summary>
    /// <exception cref="ImageSdk.Srpc.SrpcException">The master or this server refused, or the master cannot be reached.</exception>
    Task AddImageAsync(string name, Image image);
}

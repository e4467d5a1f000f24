using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>A machine database (mdbd, port 6973). All methods throw <see cref="SrpcException"/>.</summary>
/// <param name="connection">Stays the caller's.</param>
public sealed class MdbServerClient(SrpcConnection connection)
{
    public async Task<IReadOnlyList<Machine>> GetMachinesAsync(CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync("MdbServer.GetMdb", GetMdbRequest.Gob, new(), GetMdbResponse.Gob, cancellation);
        return reply.Error.Length == 0 ? reply.Machines : throw new SrpcException(reply.Error);
    }

    /// <summary>The images that machines have or will have to have, each once, in any order.</summary>
    public async Task<IReadOnlyCollection<string>> ListImagesAsync(CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync("MdbServer.ListImages", ListMdbImagesRequest.Gob, new(), ListMdbImagesResponse.Gob, cancellation);
        return reply.PlannedImages.Concat(reply.RequiredImages).ToHashSet(StringComparer.Ordinal);
    }
}

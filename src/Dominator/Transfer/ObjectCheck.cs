using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Asks a server which objects it lacks.</summary>
public static class ObjectCheck
{
    // 64 to 129 bytes each on the wire.
    const int MaximumHashes = 1 << 14;

    /// <summary>
    /// The positions of the objects that the server has not got, or has cut. All of them where the caller may not ask.
    /// </summary>
    /// <exception cref="SrpcException">The connection is lost.</exception>
    public static async Task<IReadOnlyList<int>> FindMissingAsync(
        SrpcConnection connection, IReadOnlyList<(ObjectHash Hash, ulong Size)> objects, CancellationToken cancellation)
    {
        var client = new ObjectServerClient(connection);
        var missing = new List<int>();
        for (var start = 0; start < objects.Count; start += MaximumHashes)
        {
            var count = Math.Min(MaximumHashes, objects.Count - start);
            var hashes = new ObjectHash[count];
            for (var index = 0; index < count; index++)
                hashes[index] = objects[start + index].Hash;
            IReadOnlyList<ulong>? sizes;
            try
            {
                sizes = await client.CheckObjectsAsync(hashes, cancellation);
            }
            catch (SrpcException refusal) when (refusal.IsAccessDenied)
            {
                // Who may add need not be one who may ask.
                sizes = null;
            }
            for (var index = 0; index < count; index++)
            {
                if (sizes is null || sizes[index] != objects[start + index].Size)
                    missing.Add(start + index);
            }
        }
        return missing;
    }
}

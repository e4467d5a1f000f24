using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>A file generator, which makes the content of computed files. All methods throw <see cref="SrpcException"/>.</summary>
/// <param name="connection">Stays the caller's.</param>
public sealed class FileGeneratorClient(SrpcConnection connection)
{
    /// <summary>The paths that it makes files for.</summary>
    public async Task<IReadOnlyList<string>> ListPathsAsync(CancellationToken cancellation = default) =>
        (await connection.CallAsync("FileGenerator.ListGenerators", ListGeneratorsRequest.Gob, new(), ListGeneratorsResponse.Gob, cancellation)).Pathnames;
}

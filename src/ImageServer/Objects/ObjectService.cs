using ImageSdk.Dominator;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.ImageServer.Objects;

/// <summary>The service "ObjectServer".</summary>
sealed class ObjectService : IDisposable
{
    const int MaxSenders = 100;

    // For a million hashes, which gob writes as lists of numbers: the largest images have so many files.
    static readonly GobLimits listLimits = new() { MaxValueBytes = 1 << 27, MaxDefinitions = 16 };

    readonly ObjectCatalogue catalogue;
    readonly ObjectServiceOptions options;
    readonly IObjectForwarder? forwarder;
    readonly ObjectImporter importer;
    readonly SemaphoreSlim senders = new(MaxSenders);

    /// <param name="forwarder">Where what is added goes, too; null for nowhere.</param>
    public ObjectService(ObjectCatalogue catalogue, ObjectServiceOptions options, IObjectForwarder? forwarder = null)
    {
        this.catalogue = catalogue;
        this.options = options;
        this.forwarder = forwarder;
        importer = new ObjectImporter(catalogue);
        var add = Access(options.AllowPublicAddObjects);
        var check = Access(options.AllowPublicCheckObjects, options.AllowUnauthenticatedReads) with { Limits = listLimits };
        var get = Access(options.AllowPublicGetObjects, options.AllowUnauthenticatedReads) with { Limits = listLimits };
        Srpc = new SrpcService("ObjectServer")
            .Stream("AddObjects", AddAsync, add)
            .RequestReply("CheckObjects", CheckObjectsRequest.Gob, CheckObjectsResponse.Gob, CheckAsync, check)
            .Stream("GetObjects", GetAsync, get)
            .RequestReply("ImportObjects", ImportObjectsRequest.Gob, ImportObjectsResponse.Gob, ImportAsync, add with { Limits = listLimits })
            .Stream("TestBandwidth", call => BandwidthTest.RunAsync(call, catalogue.Time));
    }

    /// <summary>The methods, for a server.</summary>
    public SrpcService Srpc { get; }

    /// <summary>Calls of GetObjects that may be sending at once.</summary>
    public int SenderLimit => MaxSenders;

    /// <summary>Calls of GetObjects that are sending.</summary>
    public int SenderCount => MaxSenders - senders.CurrentCount;

    public void Dispose() => importer.Dispose();

    // What is open to those without a certificate is not in the list of public methods for that, as with the original.
    static SrpcMethodOptions Access(bool isPublic, bool isUnauthenticated = false) => new()
    {
        Access = (isPublic ? SrpcAccess.Public : 0) | (isUnauthenticated ? SrpcAccess.Unauthenticated : 0),
    };

    Task AddAsync(SrpcServerCall call) => new ObjectReceiver(catalogue, call, forwarder).RunAsync();

    Task<CheckObjectsResponse> CheckAsync(CheckObjectsRequest request, SrpcServerCall call) =>
        Task.FromResult(new CheckObjectsResponse { ObjectSizes = catalogue.SizesOf(request.Hashes) });

    async Task GetAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(GetObjectsRequest.GobWithExtensions);
        await senders.WaitAsync(call.Aborted);
        try
        {
            await new ObjectSender(catalogue, call).RunAsync(request);
        }
        finally
        {
            senders.Release();
        }
    }

    async Task<ImportObjectsResponse> ImportAsync(ImportObjectsRequest request, SrpcServerCall call) =>
        options.ReplicationMaster is { } master
            ? new() { Error = $"cannot make changes while under replication control, go to master: {master}" }
            : await call.WhileCallerStaysAsync(gone => importer.ImportAsync(request, gone));
}

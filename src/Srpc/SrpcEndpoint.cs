namespace ImageSdk.Srpc;

/// <summary>A path at which a server takes connections.</summary>
/// <param name="Path">Of the CONNECT request; for gob also all paths below it lead here.</param>
/// <param name="IsTls">Whether TLS starts once the server has answered, if it has not started before.</param>
public sealed record SrpcEndpoint(string Path, SrpcCoding Coding, bool IsTls)
{
    internal const string WithoutPowers = "doNotUseMethodPowers";

    public static SrpcEndpoint Gob { get; } = new("/_goSRPC_/", SrpcCoding.Gob, IsTls: false);

    public static SrpcEndpoint GobTls { get; } = new("/_go_TLS_SRPC_/", SrpcCoding.Gob, IsTls: true);

    public static SrpcEndpoint Json { get; } = new("/_SRPC_/unsecured/JSON", SrpcCoding.Json, IsTls: false);

    public static SrpcEndpoint JsonTls { get; } = new("/_SRPC_/TLS/JSON", SrpcCoding.Json, IsTls: true);

    /// <summary>All, in the order in which a client that has a certificate tries them.</summary>
    public static IReadOnlyList<SrpcEndpoint> All { get; } = [GobTls, JsonTls, Gob, Json];

    /// <summary>The end point of a request's path, without the query; null where it is none.</summary>
    /// <remarks>The pages below <see cref="Gob"/>, such as <c>/_goSRPC_/listMethods</c>, have to be looked for before.</remarks>
    public static SrpcEndpoint? Find(string path) => All.FirstOrDefault(
        point => point.Path == path || point.Coding == SrpcCoding.Gob && path.StartsWith(point.Path, StringComparison.Ordinal));
}

using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>How a method may be called.</summary>
public sealed record SrpcMethodOptions
{
    public static SrpcMethodOptions Default { get; } = new();

    public static SrpcMethodOptions Public { get; } = new() { Access = SrpcAccess.Public };

    /// <summary>Public, and open to those without a certificate.</summary>
    public static SrpcMethodOptions Unauthenticated { get; } = new() { Access = SrpcAccess.Public | SrpcAccess.Unauthenticated };

    public SrpcAccess Access { get; init; }

    /// <summary>Calls of one user at once, of those who do not hold the power to call the method; null for no limit.</summary>
    public int? CallsPerUser { get; init; }

    /// <summary>For the values that callers send; null for what the server has in general.</summary>
    public GobLimits? Limits { get; init; }
}

namespace ImageSdk.Srpc;

/// <summary>Who calls a method.</summary>
/// <param name="User">Empty for callers without a certificate.</param>
/// <param name="HasMethodAccess">
/// Whether the caller holds the power to call the method. False for those who may call it because it is public, for
/// whom the method applies rules of ownership.
/// </param>
public sealed record SrpcCaller(string User, IReadOnlySet<string> Groups, bool HasMethodAccess);

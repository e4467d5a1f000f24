using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Images;

/// <summary>How far in the future callers may set the expiry of an image.</summary>
/// <param name="Regular">For those who may call the method because it is public.</param>
/// <param name="Privileged">For those who hold the power to call it. Raised to the other where it is less.</param>
sealed record ExpirationLimits(TimeSpan Regular, TimeSpan Privileged)
{
    /// <param name="expiresAt">Null for never.</param>
    /// <exception cref="SrpcException">Too far.</exception>
    public void Check(SrpcCaller caller, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        if (expiresAt is not { } time)
        {
            if (!caller.HasMethodAccess)
                throw new SrpcException("not permitted to make image non-expiring");
        }
        else if (!caller.HasMethodAccess)
            Check(time - now, Regular, "");
        else if (caller.User.Length > 0)
            Check(time - now, Privileged > Regular ? Privileged : Regular, " for you");
    }

    static void Check(TimeSpan wanted, TimeSpan most, string forWhom)
    {
        if (wanted > most)
            throw new SrpcException($"maximum expiration time is {HumanDuration.Format(most)}{forWhom}");
    }
}

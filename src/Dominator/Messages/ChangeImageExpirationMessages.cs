using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Another time of expiry; none for never.</summary>
public sealed record ChangeImageExpirationRequest
{
    public DateTimeOffset? ExpiresAt { get; set; }

    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<ChangeImageExpirationRequest> Gob { get; } = new GobStruct<ChangeImageExpirationRequest>("ChangeImageExpirationRequest")
    {
        { "ExpiresAt", OptionalTime, m => m.ExpiresAt, (ref m, v) => m.ExpiresAt = v },
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="ChangeImageExpirationRequest"/>.</summary>
public sealed record ChangeImageExpirationResponse
{
    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<ChangeImageExpirationResponse> Gob { get; } = new GobStruct<ChangeImageExpirationResponse>("ChangeImageExpirationResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}

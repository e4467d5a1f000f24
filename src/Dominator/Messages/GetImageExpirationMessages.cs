using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>When an image expires; none for never.</summary>
public sealed record GetImageExpirationRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageExpirationRequest> Gob { get; } = new GobStruct<GetImageExpirationRequest>("GetImageExpirationRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="GetImageExpirationRequest"/>.</summary>
public sealed record GetImageExpirationResponse
{
    public string Error { get; set; } = "";

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetImageExpirationResponse> Gob { get; } = new GobStruct<GetImageExpirationResponse>("GetImageExpirationResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ExpiresAt", OptionalTime, m => m.ExpiresAt, (ref m, v) => m.ExpiresAt = v },
    };
}

using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The times of an image as the server has them, to the nanosecond: an image here has them less exactly.</summary>
public sealed record ImageTimes
{
    public GobTime CreatedOn { get; set; } = GobTime.Zero;

    public GobTime ExpiresAt { get; set; } = GobTime.Zero;

    /// <summary>The schema: two of the members of an image.</summary>
    public static GobType<ImageTimes> Gob { get; } = new GobStruct<ImageTimes>("Image")
    {
        { "CreatedOn", Time, m => m.CreatedOn, (ref m, v) => m.CreatedOn = v },
        { "ExpiresAt", Time, m => m.ExpiresAt, (ref m, v) => m.ExpiresAt = v },
    };

    /// <summary>The answer to <see cref="GetImageRequest"/> as far as it concerns times.</summary>
    internal sealed record Response
    {
        public ImageTimes? Image { get; set; }

        public static GobType<Response> Gob { get; } = new GobStruct<Response>("GetImageResponse")
        {
            { "Image", Pointer(ImageTimes.Gob), m => m.Image, (ref m, v) => m.Image = v },
        };
    }
}

namespace ImageSdk.Images;

/// <summary>The columns of a listing.</summary>
[Flags]
public enum ListingFields
{
    None = 0,
    Mode = 1,
    Links = 2,
    Uid = 4,
    Gid = 8,

    /// <summary>Size or device number.</summary>
    Size = 16,
    Mtime = 32,
    Name = 64,

    /// <summary>Object hash, generator or link target.</summary>
    Data = 128,
    All = 255,
}

namespace ImageSdk.Building.Remote;

/// <summary>Names on the wire of what a NuGet package carries of an image.</summary>
public static class PackedFiles
{
    /// <summary>The contents of its files, one after the other, compressed by zstd.</summary>
    public const string Objects = "objects.zst";

    /// <summary>Licences of the packages in it.</summary>
    public const string Notices = "THIRD-PARTY-NOTICES.txt";
}

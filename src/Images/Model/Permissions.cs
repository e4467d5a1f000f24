namespace ImageSdk.Images;

/// <summary>Permissions that files and directories are made with; in octal digits 0644 and the like.</summary>
public static class Permissions
{
    /// <summary>0755.</summary>
    public const uint Directory = 0b111_101_101;

    /// <summary>0755.</summary>
    public const uint Program = 0b111_101_101;

    /// <summary>0644.</summary>
    public const uint File = 0b110_100_100;

    /// <summary>0640: for its owner and a group of readers.</summary>
    public const uint GroupFile = 0b110_100_000;

    /// <summary>0600: for its owner alone.</summary>
    public const uint OwnerFile = 0b110_000_000;

    /// <summary>0700: for its owner alone.</summary>
    public const uint OwnerDirectory = 0b111_000_000;

    /// <summary>0666: for everyone, as devices like /dev/null.</summary>
    public const uint SharedFile = 0b110_110_110;

    /// <summary>01777: everyone makes files in it and removes their own, as in /tmp.</summary>
    public const uint SharedDirectory = 0b1_111_111_111;

    /// <summary>0777: what links have.</summary>
    public const uint All = 0b111_111_111;
}

namespace ImageSdk.Building.Downloads;

/// <summary>A content that cannot be had from its address, or is another one. The message is a sentence.</summary>
/// <param name="fault">What kind of fault it is.</param>
sealed class DownloadException(DownloadFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public DownloadFault Fault => fault;
}

enum DownloadFault
{
    /// <summary>The address does not answer, refuses, or sends less than it says.</summary>
    Unavailable,

    /// <summary>The content has another digest than it should have.</summary>
    WrongContent,

    /// <summary>The file of checksums does not say what the content should be.</summary>
    WrongChecksums,

    /// <summary>The checksums have no signature by the key, or a bad one.</summary>
    WrongSignature,

    /// <summary>What an address has is no container image, or none for the architecture.</summary>
    WrongImage,
}

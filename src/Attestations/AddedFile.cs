using ImageSdk.Contracts.Stages;
using ImageSdk.Images;

namespace ImageSdk.Attestations;

/// <summary>A file of an image that came from the project itself rather than from a package or the source image.</summary>
/// <param name="Path">In the image, without a leading slash.</param>
/// <param name="Stage">What brought it, or changed it last.</param>
/// <param name="Layer">Where it lies.</param>
sealed record AddedFile(ByteString Path, RegularInode Inode, ImageStage Stage, string Layer)
{
    /// <summary>Of its content, in hexadecimal digits.</summary>
    public string Sha512 => (Inode.Size == 0 ? ObjectHash.Of([]) : Inode.Hash).ToString();
}

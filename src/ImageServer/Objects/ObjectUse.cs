using ImageSdk.Images;

namespace ImageSdk.ImageServer.Objects;

/// <summary>How often an image refers to an object.</summary>
/// <param name="Size">Bytes, as the image has it; null for annotations, which do not say.</param>
/// <param name="Count">Inodes and annotations.</param>
readonly record struct ObjectUse(ObjectHash Hash, ulong? Size, uint Count)
{
    /// <summary>The objects of an image, each once.</summary>
    public static IReadOnlyList<ObjectUse> Of(Image image)
    {
        var uses = new Dictionary<ObjectHash, ObjectUse>();
        foreach (var annotation in ImageObjects.ListAnnotations(image))
        {
            if (annotation.Object is { } hash)
                Count(hash, null);
        }
        foreach (var inode in image.FileSystem?.InodeTable.Values ?? [])
        {
            if (inode is RegularInode { Size: > 0 } file)
                Count(file.Hash, file.Size);
        }
        return [.. uses.Values];

        void Count(ObjectHash hash, ulong? size)
        {
            var known = uses.GetValueOrDefault(hash, new(hash, size, 0));
            uses[hash] = known with { Size = known.Size ?? size, Count = known.Count + 1 };
        }
    }
}

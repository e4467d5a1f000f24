namespace ImageSdk.Images;

/// <summary>The objects that an image refers to.</summary>
public static class ImageObjects
{
    /// <summary>
    /// Each object once, with its size where the image says it: files with content, release notes, build log, attestations.
    /// </summary>
    public static IReadOnlyDictionary<ObjectHash, ulong?> List(Image image)
    {
        var objects = new Dictionary<ObjectHash, ulong?>();
        foreach (var annotation in ListAnnotations(image))
        {
            if (annotation.Object is { } hash)
                objects[hash] = null;
        }
        foreach (var inode in image.FileSystem?.InodeTable.Values ?? [])
        {
            if (inode is RegularInode { Size: > 0 } file)
                objects[file.Hash] = file.Size;
        }
        return objects;
    }

    /// <summary>The texts that are kept beside an image.</summary>
    public static IEnumerable<Annotation> ListAnnotations(Image image) =>
        new[] { image.ReleaseNotes, image.BuildLog }.OfType<Annotation>().Concat(image.Attestations?.Values ?? []);
}

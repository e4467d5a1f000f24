namespace ImageSdk.Images;

/// <summary>Reads the next bytes of a content, as many as there is room for, and fewer only at its end.</summary>
/// <returns>How many.</returns>
public delegate int ContentReader(Span<byte> buffer);

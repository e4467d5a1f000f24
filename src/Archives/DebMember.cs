namespace ImageSdk.Archives;

/// <summary>A part of a .deb.</summary>
/// <param name="Name">"control.tar.xz", "data.tar".</param>
/// <param name="Start">Where its content begins in the file.</param>
/// <param name="Length">Bytes.</param>
readonly record struct DebMember(string Name, long Start, long Length);

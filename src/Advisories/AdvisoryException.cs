namespace ImageSdk.Advisories;

/// <summary>A file of advisories, of packages, or a bill of materials is not what it should be. The message is a clause that names the file.</summary>
public sealed class AdvisoryException(string message, Exception? inner = null) : Exception(message, inner);

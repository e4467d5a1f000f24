namespace ImageSdk.DiskImages;

/// <summary>A disk image that cannot be read: damaged, encrypted, or with a feature that is not known here. The message is a clause without a full stop.</summary>
sealed class DiskImageException(string message, Exception? inner = null) : Exception(message, inner);

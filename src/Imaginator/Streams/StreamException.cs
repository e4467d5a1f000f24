namespace ImageSdk.Imaginator.Streams;

/// <summary>A stream cannot be built as it is configured. The message is for those who asked, and has no secrets.</summary>
sealed class StreamException(string message) : Exception(message);

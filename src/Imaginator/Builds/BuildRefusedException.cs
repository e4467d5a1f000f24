namespace ImageSdk.Imaginator.Builds;

/// <summary>A request is not granted. The message is the original's.</summary>
sealed class BuildRefusedException(string message) : Exception(message);

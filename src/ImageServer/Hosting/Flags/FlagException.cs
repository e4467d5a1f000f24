namespace ImageSdk.ImageServer.Hosting.Flags;

/// <summary>A flag is unknown or has a value that it cannot have. The message says which and why.</summary>
sealed class FlagException(string message) : Exception(message);

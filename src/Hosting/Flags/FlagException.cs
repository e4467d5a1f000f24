namespace ImageSdk.Hosting.Flags;

/// <summary>A flag is unknown or has a value that it cannot have. The message says which and why.</summary>
public sealed class FlagException(string message) : Exception(message);

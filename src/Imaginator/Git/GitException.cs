namespace ImageSdk.Imaginator.Git;

/// <summary>A repository cannot be read. The message is for those who asked for the build, and has no secrets.</summary>
sealed class GitException(string message, Exception? inner = null) : Exception(message, inner);

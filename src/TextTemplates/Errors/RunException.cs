namespace ImageSdk.TextTemplates.Errors;

/// <summary>What a function has against its arguments; its place is known to who called it.</summary>
sealed class RunException(string message) : Exception(message);

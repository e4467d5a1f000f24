namespace ImageSdk.Contracts.Projects;

/// <summary>How a project's image.lock.json is used.</summary>
/// <param name="File">Absolute path; it need not exist.</param>
/// <param name="IsLocked">Whether a lock that does not fit the project is an error, or else written again.</param>
/// <param name="ForceEvaluate">Whether everything is worked out again although the lock fits.</param>
public sealed record LockSettings(string File, bool IsLocked = false, bool ForceEvaluate = false);

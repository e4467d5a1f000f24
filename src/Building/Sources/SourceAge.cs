using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Building.Sources;

/// <summary>
/// A source image that is young enough to be used although a project is known that builds it: says how old it is, and warns where that
/// project was changed since.
/// </summary>
sealed class SourceAge(ImageHeader image, string projectFile, TimeSpan maxAge, DateTimeOffset now)
{
    public void Tell(IBuildListener listener)
    {
        if (image.CreatedOn is not { } made)
            return;
        var age = now - made;
        var used = $"The source image {image.Name}, made {Words(age < TimeSpan.Zero ? TimeSpan.Zero : age)} ago,";
        var reason = maxAge > TimeSpan.Zero ? $"younger than {Words(maxAge)} (SourceImageMaxAge)" : "SourceImageMaxAge is 0";
        if (IsChangedSince(made))
            listener.Report(new(DiagnosticSeverity.Warning, "IMG2140",
                $"{used} is used as it is, since it is {reason}, although files of its project were changed after that. To have it built again, publish that project (dotnet publish \"{projectFile}\"), or set SourceImageMaxAge to a shorter time, such as 1s.",
                projectFile));
        else
            listener.Note($"{used} is used as it is, since it is {reason}; dotnet publish \"{projectFile}\" makes a new one");
    }

    /// <summary>Whether the project's file, a file beside it or one of its conventional folders is newer. A look, no comparison.</summary>
    bool IsChangedSince(DateTimeOffset time)
    {
        if (Path.GetDirectoryName(projectFile) is not { } folder || !Directory.Exists(folder))
            return false;
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles().Any(file => file.LastWriteTimeUtc > time)
                || new RecentChanges(new DigestCache(Path.Combine(folder, "none")), time.UtcDateTime).AnyIn(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PosixException)
        {
            return false;
        }
    }

    static string Words(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{(int)time.TotalDays} days",
        { TotalHours: >= 2 } => $"{(int)time.TotalHours} hours",
        { TotalMinutes: >= 2 } => $"{(int)time.TotalMinutes} minutes",
        _ => $"{(int)time.TotalSeconds} seconds",
    };
}

using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Tells the caller what a build tells, in the caller's paths, and writes it into the job's log.</summary>
/// <param name="session">Of the caller.</param>
/// <param name="log">Of the job.</param>
/// <param name="tree">Where the project's tree lies here.</param>
sealed class ProjectListener(ProjectSession session, IBuildListener log, string tree) : IBuildListener
{
    readonly string root = tree + "/";

    public void Report(Diagnostic diagnostic)
    {
        log.Report(diagnostic);
        session.Tell(ToResponse(diagnostic) with { News = BuildProjectNews.Warning });
    }

    public void Progress(string message) => Tell(BuildProjectNews.Progress, message);

    public void Note(string message) => Tell(BuildProjectNews.Note, message);

    public void Output(string line)
    {
        log.Output(line);
        session.Tell(new() { News = BuildProjectNews.Output, Message = Hide(line) });
    }

    public void Stage(bool ran, string message) => Tell(ran ? BuildProjectNews.StageRan : BuildProjectNews.StageKept, message);

    /// <summary>A diagnostic in the caller's paths.</summary>
    public Diagnostic ForCaller(Diagnostic diagnostic) => diagnostic with
    {
        Message = Hide(diagnostic.Message),
        File = diagnostic.File?.StartsWith(root, StringComparison.Ordinal) == true ? diagnostic.File[root.Length..] : null,
    };

    BuildProjectResponse ToResponse(Diagnostic diagnostic) => Response(ForCaller(diagnostic));

    public static BuildProjectResponse Response(Diagnostic diagnostic) => new()
    {
        News = BuildProjectNews.Error, Code = diagnostic.Code, Message = diagnostic.Message, File = diagnostic.File ?? "",
        Line = (uint)Math.Max(diagnostic.Line, 0), Column = (uint)Math.Max(diagnostic.Column, 0),
    };

    void Tell(BuildProjectNews news, string message)
    {
        log.Progress(message);
        session.Tell(new() { News = news, Message = Hide(message) });
    }

    string Hide(string text) => text.Replace(root, $"{RemoteProject.TreeMark}", StringComparison.Ordinal);
}

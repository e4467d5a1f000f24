using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;

namespace ImageSdk.Building.Remote;

/// <summary>What a build elsewhere tells, with the places that its files have here.</summary>
/// <param name="places">By path of the tree, where it lies here.</param>
sealed class RemoteNews(IReadOnlyList<(string InTree, string Here)> places, IBuildListener listener, string projectFile)
{
    public void Tell(BuildProjectResponse news)
    {
        var message = Localize(news.Message);
        switch (news.News)
        {
            case BuildProjectNews.Output:
                listener.Output(message);
                break;
            case BuildProjectNews.Note or BuildProjectNews.StageRan:
                listener.Note(message);
                break;
            case BuildProjectNews.Warning:
                listener.Report(Diagnostic(DiagnosticSeverity.Warning, news));
                break;
            default:
                listener.Progress(message);
                break;
        }
    }

    public BuildException Failure(BuildProjectResponse last) => last.News == BuildProjectNews.Missing
        ? new BuildException("IMG7363", "The imaginator forgets files of the project as soon as they are sent. Have its owner give it more room (-projectQuota).", projectFile)
        : new(Diagnostic(DiagnosticSeverity.Error, last));

    Diagnostic Diagnostic(DiagnosticSeverity severity, BuildProjectResponse news) => new(
        severity, IsCode(news.Code) ? news.Code : "IMG7364", Localize(news.Message), news.File.Length > 0 ? Here(news.File) ?? projectFile : projectFile,
        news.File.Length > 0 ? (int)Math.Min(news.Line, int.MaxValue) : 0, news.File.Length > 0 ? (int)Math.Min(news.Column, int.MaxValue) : 0);

    // Only what it says of our tree becomes a path of this machine.
    string Localize(string message)
    {
        foreach (var (inTree, here) in places)
            message = message.Replace($"{RemoteProject.TreeMark}{inTree}/", here + "/", StringComparison.Ordinal);
        return message.Replace($"{RemoteProject.TreeMark}", "", StringComparison.Ordinal);
    }

    string? Here(string path)
    {
        foreach (var (inTree, here) in places)
            if (path.StartsWith(inTree + "/", StringComparison.Ordinal) && !path.Split('/').Contains(".."))
                return Path.Combine(here, path[(inTree.Length + 1)..]);
        return null;
    }

    static bool IsCode(string code) => code.Length == 7 && code.StartsWith("IMG", StringComparison.Ordinal) && code.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0;
}

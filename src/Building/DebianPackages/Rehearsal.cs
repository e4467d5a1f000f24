namespace ImageSdk.Building.DebianPackages;

/// <summary>What apt did when it believed to install packages.</summary>
/// <param name="Lines">What it said.</param>
/// <param name="Fetched">A line for each package that it would have fetched: <see cref="DebianPackage.ParseUriLine"/>.</param>
/// <param name="Calls">Arguments of dpkg, call by call.</param>
/// <param name="PlannerLog">What it gave its planner: the packages in its own order.</param>
sealed record Rehearsal(IReadOnlyList<string> Lines, IReadOnlyList<string> Fetched, IReadOnlyList<IReadOnlyList<string>> Calls, string PlannerLog)
{
    /// <param name="read">Gives the text of a file in the rehearsal's folder; null where there is none.</param>
    public static Rehearsal Read(IReadOnlyList<string> lines, Func<string, string?> read) => new(
        lines,
        (read(RehearsalPrograms.FetchedFile) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries),
        [.. (read(RehearsalPrograms.CallsFile) ?? "").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split('\n', StringSplitOptions.RemoveEmptyEntries))],
        "");

    /// <summary>What dpkg would have done, package by package. At the end it configures all that is not yet, without being told names.</summary>
    public IReadOnlyList<PackageAction> ReadActions()
    {
        var actions = new List<PackageAction>();
        foreach (var call in Calls)
        {
            if (call.Contains("--unpack"))
                actions.AddRange(call.Where(argument => argument.EndsWith(".deb", StringComparison.Ordinal)).Select(file => new PackageAction(true, Path.GetFileName(file).Split('_')[0])));
            else if (call.Contains("--configure"))
                actions.AddRange(call.SkipWhile(argument => argument != "--configure").Skip(1).Where(argument => !argument.StartsWith('-')).Select(name => new PackageAction(false, name.Split(':')[0])));
        }
        var configured = actions.Where(action => !action.Unpacks).Select(action => action.Name).ToHashSet(StringComparer.Ordinal);
        return [.. actions, .. actions.Where(action => action.Unpacks && !configured.Contains(action.Name)).Select(action => new PackageAction(false, action.Name))];
    }
}

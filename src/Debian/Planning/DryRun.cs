using ImageSdk.Packages;

namespace ImageSdk.Debian.Planning;

/// <summary>What apt did when it believed to install packages.</summary>
/// <param name="Lines">What it said.</param>
/// <param name="Fetched">A line for each package that it would have fetched: <see cref="DebianPackage.ParseUriLine"/>.</param>
/// <param name="Order">Paths of the packages' files in the order in which they come, where it was asked for that alone.</param>
/// <param name="Calls">Arguments of dpkg, call by call.</param>
/// <param name="PlannerLog">What it gave its planner.</param>
sealed record DryRun(
    IReadOnlyList<string> Lines, IReadOnlyList<string> Fetched, IReadOnlyList<string> Order, IReadOnlyList<IReadOnlyList<string>> Calls, string PlannerLog)
{
    /// <summary>Its notes of packages that came for others' sake, as it would have left them (/var/lib/apt/extended_states).</summary>
    public string ExtendedStates { get; init; } = "";

    /// <summary>Names of the packages' files in the order in which dpkg would have unpacked them.</summary>
    public IEnumerable<string> UnpackedFiles => Calls.SelectMany(FilesUnpackedBy);

    static IEnumerable<string> FilesUnpackedBy(IReadOnlyList<string> call) => call.Contains("--unpack")
        ? call.Where(argument => argument.EndsWith(".deb", StringComparison.Ordinal)).Select(path => Path.GetFileName(path))
        : [];

    /// <summary>What dpkg would have done, package by package. At the end it configures all that is not yet, without being told names.</summary>
    public IReadOnlyList<PackageAction> ReadActions()
    {
        var actions = new List<PackageAction>();
        foreach (var call in Calls)
        {
            actions.AddRange(FilesUnpackedBy(call).Select(file => new PackageAction(true, file.Split('_')[0])));
            if (call.Contains("--configure"))
                actions.AddRange(call.SkipWhile(argument => argument != "--configure").Skip(1).Where(argument => !argument.StartsWith('-')).Select(name => new PackageAction(false, name.Split(':')[0])));
        }
        var configured = actions.Where(action => !action.Unpacks).Select(action => action.Name).ToHashSet(StringComparer.Ordinal);
        return [.. actions, .. actions.Where(action => action.Unpacks && !configured.Contains(action.Name)).Select(action => new PackageAction(false, action.Name))];
    }
}

using System.Text;

namespace ImageSdk.Packages;

/// <summary>A part of a plan that is installed at once and becomes a layer.</summary>
/// <param name="Listed">The names of the package list that it is for.</param>
/// <param name="Packages">What it installs.</param>
/// <param name="Actions">What dpkg does, in order.</param>
sealed record InstallStep(IReadOnlyList<string> Listed, IReadOnlyList<PlannedPackage> Packages, IReadOnlyList<PackageAction> Actions)
{
    /// <summary>For people.</summary>
    public string Title => $"{string.Join(' ', Listed)} ({Packages.Count} {(Packages.Count == 1 ? "package" : "packages")})";

    /// <summary>All that the step's result depends on besides what lies below, in words.</summary>
    /// <param name="dpkgOptions">What dpkg is given besides its own options.</param>
    public string Describe(IReadOnlyList<string> dpkgOptions)
    {
        var text = new StringBuilder();
        foreach (var name in Listed)
            text.Append("package ").Append(name).Append('\n');
        foreach (var option in dpkgOptions)
            text.Append("dpkg-option ").Append(option).Append('\n');
        foreach (var (package, _, _) in Packages)
            text.Append($"deb {package.Name} {package.Version} {package.Architecture} {package.Sha256}\n");
        foreach (var run in Runs())
            text.Append(run.Unpacks ? "unpack " : "configure ").Append(string.Join(' ', run.Names)).Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// The calls of dpkg, as apt makes them: packages are unpacked together until some must be configured for the next. What
    /// is configured last is all that is left, with the triggers of all; there are no names then.
    /// </summary>
    public IReadOnlyList<DpkgRun> Runs()
    {
        var runs = new List<DpkgRun>();
        for (var at = 0; at < Actions.Count;)
        {
            var unpacks = Actions[at].Unpacks;
            var names = Actions.Skip(at).TakeWhile(action => action.Unpacks == unpacks).Select(action => action.Name).ToList();
            at += names.Count;
            runs.Add(new(unpacks, at == Actions.Count && !unpacks ? [] : names));
        }
        if (runs is [.., { Unpacks: true }])
            runs.Add(new(false, []));
        return runs;
    }
}

/// <summary>One call of dpkg.</summary>
/// <param name="Names">Of the packages; none to configure all that is not yet.</param>
readonly record struct DpkgRun(bool Unpacks, IReadOnlyList<string> Names);

/// <param name="Unpacks">Whether it is unpacked, or else configured.</param>
sealed record PackageAction(bool Unpacks, string Name);

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;

namespace ImageSdk.Packages.Locking;

/// <summary>Between the steps in which packages are installed and what a lock says of them.</summary>
static class InstallationLock
{
    const string Unpack = "unpack", Configure = "configure";

    public static LockedStep Lock(InstallStep step)
    {
        var actions = new List<string>();
        for (var at = 0; at < step.Actions.Count;)
        {
            var unpacks = step.Actions[at].Unpacks;
            var names = step.Actions.Skip(at).TakeWhile(action => action.Unpacks == unpacks).Select(action => action.Name).ToList();
            actions.Add($"{(unpacks ? Unpack : Configure)} {string.Join(' ', names)}");
            at += names.Count;
        }
        return new(step.Listed, actions);
    }

    public static IReadOnlyList<LockedPackage> Packages(IEnumerable<InstallStep> steps) =>
        [.. steps.SelectMany(step => step.Packages).Select(package => package.Package.ToLocked()).OrderBy(package => package.Name, StringComparer.Ordinal)];

    /// <exception cref="BuildException">The lock has a step that cannot be: IMG4021.</exception>
    public static IReadOnlyList<InstallStep> Unlock(LockedInstallation locked)
    {
        var packages = locked.Packages.ToDictionary(package => package.Name, StringComparer.Ordinal);
        return [.. locked.Steps.Select(step =>
        {
            var actions = step.Actions.SelectMany(Parse).ToList();
            return new InstallStep(
                step.For, [.. actions.Where(action => action.Unpacks).Select(action => new PlannedPackage(DebianPackage.From(packages[action.Name]), [], []))], actions);
        })];

        IEnumerable<PackageAction> Parse(string text) => text.Split(' ') switch
        {
            [Unpack or Configure, _, ..] words when words.Skip(1).FirstOrDefault(name => !packages.ContainsKey(name)) is { } unknown =>
                throw Wrong($"\"{text}\" names {unknown}, which is none of its packages"),
            [var what and (Unpack or Configure), .. { Length: > 0 } names] => names.Select(name => new PackageAction(what == Unpack, name)),
            _ => throw Wrong($"\"{text}\" is no step"),
        };
    }

    static BuildException Wrong(string what) => new("IMG4021", ImageLock.FaultMessage($"not valid: {what}"));
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Packages.Locking;

/// <summary>Between what apt worked out for a root and what a lock says of it.</summary>
static class BootstrapLock
{
    const string Ending = ".deb";

    /// <summary>What a bootstrap makes, in words. Where its packages come from is not part of it: they are known by their digests.</summary>
    public static string Describe(AptBootstrap bootstrap) => string.Join(' ',
        [bootstrap.Distribution, bootstrap.Release, bootstrap.Variant, .. bootstrap.Components, .. bootstrap.Include.Select(package => $"+{package}")]);

    public static LockedBootstrap Lock(Resolution resolution)
    {
        var names = resolution.Rest.ToDictionary(package => package.FileName, package => package.Name + Ending, StringComparer.Ordinal);
        return new(
            [.. resolution.Essential.Select(package => package.Name)],
            [.. resolution.Calls.Select(call => (IReadOnlyList<string>)[.. call.Select(argument => names.GetValueOrDefault(argument, argument))])],
            [.. ControlStanza.ReadAll(resolution.ExtendedStates).Where(stanza => stanza["Auto-Installed"] == "1").Select(stanza => stanza["Package"])],
            [.. resolution.Essential.Concat(resolution.Rest).Select(package => package.ToLocked()).OrderBy(package => package.Name, StringComparer.Ordinal)]);
    }

    /// <exception cref="BuildException">The lock does not fit together: IMG4021.</exception>
    public static Resolution Unlock(LockedBootstrap locked, string architecture)
    {
        var packages = locked.Packages.ToDictionary(package => package.Name, DebianPackage.From, StringComparer.Ordinal);
        var essential = locked.Essential.Select(Find).ToList();
        return new(
            "", essential, [.. packages.Values.Except(essential)],
            [.. locked.Calls.Select(call => (IReadOnlyList<string>)[.. call.Select(argument =>
                argument.EndsWith(Ending, StringComparison.Ordinal) ? Find(argument[..^Ending.Length]).FileName : argument)])],
            AptExtendedStates.Update("", locked.Automatic, [], architecture));

        DebianPackage Find(string name) => packages.GetValueOrDefault(name)
            ?? throw new BuildException("IMG4021", ImageLock.FaultMessage($"not valid: it names {name}, which is none of its packages"));
    }
}

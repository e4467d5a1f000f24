using ImageSdk.Contracts.Settings;

namespace ImageSdk.Worker.Settings;

/// <summary>
/// The units of a root, and the links that say which of them start: what "systemctl --root" reads and writes (systemd.unit(5), systemctl(1)). Done
/// here, as an image need not have systemctl, and a foreign one can't run it.
/// </summary>
sealed class UnitDirectories(RootText root)
{
    const string Masked = "/dev/null";

    /// <summary>In the order in which they count.</summary>
    static readonly string[] folders = [UnitFile.Enabled, "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];

    static readonly string[] dependencies = [".wants", ".requires", ".upholds"];

    /// <summary>A unit's file.</summary>
    /// <param name="Name">Of the unit itself, where it was found by an alias.</param>
    /// <param name="Path">Without a leading slash.</param>
    public sealed record Found(string Name, string Path, string Text);

    /// <summary>Finds the file of a unit, of an instance that of its template; null where there is none.</summary>
    public Found? Find(string name)
    {
        foreach (var file in UnitFile.TemplateOf(name) is { } template ? [name, template] : new[] { name })
            foreach (var folder in folders)
            {
                var path = $"{folder}/{file}";
                var target = root.TryReadLink(path);
                if (target == Masked)
                    continue;
                // A link to another unit is an alias: that unit is the one that is enabled.
                if (target is not null && System.IO.Path.GetFileName(target) is var real && real != file && folders.Any(each => root.Exists($"{each}/{real}")))
                    return Find(real);
                if (root.TryRead(path) is { } text)
                    return new(name, path, text);
            }
        return null;
    }

    /// <summary>Whether what starts it is a script of init.d alone.</summary>
    public bool IsScript(string name) => name.EndsWith(".service", StringComparison.Ordinal) && root.Exists($"etc/init.d/{name[..^".service".Length]}");

    public IReadOnlyList<string> Names => [.. folders.SelectMany(root.Names).Where(name => UnitFile.Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))).Distinct()];

    /// <summary>Enables a unit and what it says is enabled with it.</summary>
    /// <returns>False where it says nothing of how it is enabled.</returns>
    public bool Enable(Found unit) => Enable(unit, []);

    bool Enable(Found unit, HashSet<string> seen)
    {
        Unmask(unit.Name);
        if (!seen.Add(unit.Name) || !UnitFile.HasInstall(unit.Text))
            return seen.Count > 1;
        foreach (var link in UnitFile.LinksOf(unit.Name, unit.Text))
            root.Link(link, "/" + unit.Path);
        foreach (var companion in UnitFile.Companions(unit.Name, unit.Text).Select(Find).OfType<Found>())
            Enable(companion, seen);
        return true;
    }

    /// <summary>Removes every link that starts a unit, or is another name of it.</summary>
    public void Disable(Found unit) => Disable(unit, []);

    void Disable(Found unit, HashSet<string> seen)
    {
        if (!seen.Add(unit.Name))
            return;
        foreach (var entry in root.Names(UnitFile.Enabled))
            if (dependencies.Any(suffix => entry.EndsWith(suffix, StringComparison.Ordinal)))
                foreach (var name in root.Names($"{UnitFile.Enabled}/{entry}").Where(name => name == unit.Name || UnitFile.IsTemplate(unit.Name) && UnitFile.TemplateOf(name) == unit.Name))
                    root.Remove($"{UnitFile.Enabled}/{entry}/{name}");
            else if (entry != unit.Name && root.TryReadLink($"{UnitFile.Enabled}/{entry}") is { } target && System.IO.Path.GetFileName(target) == System.IO.Path.GetFileName(unit.Path))
                root.Remove($"{UnitFile.Enabled}/{entry}");
        foreach (var companion in UnitFile.Companions(unit.Name, unit.Text).Select(Find).OfType<Found>())
            Disable(companion, seen);
    }

    /// <returns>False where the image has a file of its own in the link's place.</returns>
    public bool Mask(string name)
    {
        var path = $"{UnitFile.Enabled}/{name}";
        if (root.TryReadLink(path) is null && root.Exists(path))
            return false;
        root.Link(path, Masked);
        return true;
    }

    void Unmask(string name)
    {
        if (root.TryReadLink($"{UnitFile.Enabled}/{name}") == Masked)
            root.Remove($"{UnitFile.Enabled}/{name}");
    }
}

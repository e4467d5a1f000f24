using ImageSdk.Contracts.Settings;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Settings;

/// <summary>Brings units into a root and says which start: by links, and by a preset for a machine that sets all units at its first start (systemd.preset(5)).</summary>
sealed class UnitWriter(RootText root, StageContext context)
{
    /// <summary>Before those of packages: "disable *" among them would count for units of the project.</summary>
    const string Preset = "etc/systemd/system-preset/10-image.preset";

    readonly UnitDirectories units = new(root);

    public void Apply(IReadOnlyList<UnitSetting> settings)
    {
        // All texts before the first link: units name each other.
        foreach (var unit in settings)
        {
            if (unit.Text.Length > 0)
                root.Write($"{UnitFile.Enabled}/{unit.Name}", WithNewLine(unit.Text));
            if (unit.DropIn.Length > 0)
                root.Write($"{UnitFile.Enabled}/{unit.Name}.d/{unit.DropInName}.conf", WithNewLine(unit.DropIn));
        }
        foreach (var unit in settings)
            Set(unit);
    }

    void Set(UnitSetting unit)
    {
        if (units.Find(unit.Name) is not { } found)
        {
            if (unit.IsOptional || unit.State == UnitState.Masked && root.TryReadLink($"{UnitFile.Enabled}/{unit.Name}") == "/dev/null")
                return;
            throw SettingFault.Of(unit, "IMG1517", units.IsScript(unit.Name)
                ? $"{unit.Name} is a script of /etc/init.d and no unit, so ImageUnit can't change it. Bring a unit of that name, by File or Text, or call update-rc.d in a script."
                : $"The image has no unit {unit.Name}{SettingFault.Near(unit.Name, units.Names)}. Correct the ImageUnit, add the package that brings it, or set Optional=\"true\".");
        }
        switch (unit.State)
        {
            case UnitState.Enabled:
                if (!units.Enable(found))
                    throw SettingFault.Of(unit, "IMG1518", $"{unit.Name} can't be enabled: it says nothing in [Install], as what other units or events start does. Remove the ImageUnit, or add an [Install] section by a unit of your own.");
                Keep(unit.Name, "enable");
                context.Log($"Enabled {unit.Name}");
                break;
            case UnitState.Disabled:
                units.Disable(found);
                Keep(unit.Name, "disable");
                context.Log($"Disabled {unit.Name}");
                break;
            case UnitState.Masked:
                units.Disable(found);
                if (!units.Mask(unit.Name))
                    throw SettingFault.Of(unit, "IMG1518", $"{unit.Name} can't be masked: the image has a file of its own at /{UnitFile.Enabled}/{unit.Name}. Disable it, or leave that file out.");
                Keep(unit.Name, "disable");
                context.Log($"Masked {unit.Name}");
                break;
        }
    }

    // The last word on a unit counts, that of a source image among them.
    void Keep(string unit, string verb)
    {
        var lines = root.ReadLines(Preset).ToList();
        if (UnitFile.TemplateOf(unit) is { } template)
            KeepInstance(lines, $"enable {template} ", unit[(unit.IndexOf('@') + 1)..unit.LastIndexOf('.')], verb == "enable");
        else
        {
            lines.RemoveAll(line => line.EndsWith(' ' + unit));
            lines.Add($"{verb} {unit}");
        }
        root.WriteLines(Preset, lines);
    }

    // Presets name instances behind their template, all in one line.
    static void KeepInstance(List<string> lines, string start, string instance, bool isEnabled)
    {
        var others = lines.Where(line => line.StartsWith(start, StringComparison.Ordinal)).SelectMany(line => line[start.Length..].Split(' ')).Where(other => other != instance).ToList();
        lines.RemoveAll(line => line.StartsWith(start, StringComparison.Ordinal));
        if (isEnabled)
            others.Add(instance);
        if (others.Count > 0)
            lines.Add(start + string.Join(' ', others));
    }

    static string WithNewLine(string text) => text.Trim('\n', '\r', ' ', '\t').ReplaceLineEndings("\n") + "\n";
}

using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Settings;

/// <summary>What people of a place expect of a system: locale, time zone, keyboard; written as Debian's and Ubuntu's own tools leave them.</summary>
sealed class LocaleWriter(RootText root, StageContext context, string file)
{
    const string Supported = "usr/share/i18n/SUPPORTED", Generator = "usr/sbin/locale-gen", List = "etc/locale.gen", Zones = "usr/share/zoneinfo", Layouts = "usr/share/X11/xkb/rules/base.lst";

    /// <summary>Those that the C library has built in.</summary>
    static readonly string[] builtIn = ["C", "POSIX", "C.UTF-8", "C.utf8"];

    /// <summary>Locales with the first as the system's.</summary>
    public void SetLocales(IReadOnlyList<string> locales)
    {
        var generated = locales.Where(locale => !builtIn.Contains(locale)).ToList();
        if (generated.Count > 0)
            Generate(generated);
        // In newer releases one is a link to the other.
        var files = root.IsDirectory("etc/default") ? ["etc/default/locale"] : new List<string>();
        if (files.Count == 0 || root.Exists("etc/locale.conf"))
            files.Add("etc/locale.conf");
        foreach (var path in files)
            root.WriteLines(path, [$"LANG={locales[0]}", .. root.ReadLines(path).Where(line => !line.StartsWith("LANG=", StringComparison.Ordinal))]);
        context.Log($"Locale {string.Join(", ", locales)}");
    }

    void Generate(IReadOnlyList<string> locales)
    {
        if (!root.Exists(Generator) || !root.Exists(Supported))
            throw Fault("IMG1520", $"The image can't generate the locale {locales[0]}: it has no /{Generator}. Add <ImagePackage Include=\"locales\" />, or set ImageLocale to C.UTF-8.");
        var supported = root.ReadLines(Supported).Select(line => line.Split(' ')).Where(words => words.Length == 2).DistinctBy(words => words[0]).ToDictionary(words => words[0], words => words[1]);
        var lines = root.ReadLines(List).ToList();
        foreach (var locale in locales)
        {
            if (!supported.TryGetValue(locale, out var characters))
                throw Fault("IMG1520", $"The image knows no locale \"{locale}\"{SettingFault.Near(locale, [.. supported.Keys])}. /{Supported} in it lists those that can be generated.");
            var line = $"{locale} {characters}";
            if (lines.Contains(line))
                continue;
            var disabled = lines.FindIndex(each => each.TrimStart('#', ' ') == line);
            if (disabled >= 0)
                lines[disabled] = line;
            else
                lines.Add(line);
        }
        root.WriteLines(List, lines);
        context.Progress($"Generating {string.Join(", ", locales)}");
        var (exitCode, last) = context.Run([$"/{Generator}"]);
        if (exitCode != 0)
            throw Fault("IMG1520", $"locale-gen of the image failed with exit code {exitCode}. {string.Join(" / ", last.TakeLast(3))}");
    }

    public void SetTimezone(string zone)
    {
        if (!root.Exists($"{Zones}/{zone}") && zone is not ("UTC" or "Etc/UTC"))
            throw Fault("IMG1521", root.IsDirectory(Zones)
                ? $"The image knows no time zone \"{zone}\"{SettingFault.Near(zone, [.. ZoneNames(Zones, "", 3)])}. Correct ImageTimezone."
                : $"The image has no time zones (/{Zones}). Add <ImagePackage Include=\"tzdata\" />, or set ImageTimezone to UTC.");
        root.Link("etc/localtime", $"/{Zones}/{zone}");
        // Debian's own name for it, which programs still read.
        if (root.Exists("etc/timezone") || root.Exists("etc/debian_version"))
            root.Write("etc/timezone", zone + "\n");
        context.Log($"Time zone {zone}");
    }

    IEnumerable<string> ZoneNames(string path, string prefix, int depth) => depth == 0 ? [] : root.Names(path).Where(name => name is not ("posix" or "right"))
        .SelectMany(name => root.IsDirectory($"{path}/{name}") ? ZoneNames($"{path}/{name}", $"{prefix}{name}/", depth - 1) : [prefix + name]);

    public void SetKeyboard(KeyboardSetting keyboard)
    {
        if (root.TryRead(Layouts) is { } list)
        {
            foreach (var layout in keyboard.Layout.Split(','))
                RequireListed(list, "! layout", layout, words => words[0], "layout");
            foreach (var variant in keyboard.Variant.Split(',').Where(variant => variant.Length > 0))
                RequireListed(list, "! variant", variant, words => words[0], "variant");
        }
        const string path = "etc/default/keyboard";
        Dictionary<string, string> values = new() { ["XKBMODEL"] = "pc105", ["XKBLAYOUT"] = keyboard.Layout, ["XKBVARIANT"] = keyboard.Variant, ["XKBOPTIONS"] = "", ["BACKSPACE"] = "guess" };
        var lines = root.ReadLines(path).ToList();
        foreach (var (name, value) in values)
        {
            var at = lines.FindIndex(line => line.StartsWith(name + "=", StringComparison.Ordinal));
            if (at < 0)
                lines.Add($"{name}=\"{value}\"");
            else if (name is "XKBLAYOUT" or "XKBVARIANT")
                lines[at] = $"{name}=\"{value}\"";
        }
        root.WriteLines(path, lines);
        if (!root.Exists("usr/bin/setupcon") && !root.Exists("bin/setupcon"))
            context.Warn("IMG1523", "The image has nothing that sets the console's keyboard: ImageKeyboardLayout is written and not used there. Add <ImagePackage Include=\"console-setup\" />.", file);
        context.Log($"Keyboard {keyboard.Layout} {keyboard.Variant}".TrimEnd());
    }

    void RequireListed(string list, string section, string name, Func<string[], string> key, string what)
    {
        var known = list.Split('\n').SkipWhile(line => line.Trim() != section).Skip(1).TakeWhile(line => line.Trim().Length > 0)
            .Select(line => key(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        if (!known.Contains(name))
            throw Fault("IMG1522", $"The image knows no {what} \"{name}\" of a keyboard{SettingFault.Near(name, known)}. Correct ImageKeyboard{(what == "layout" ? "Layout" : "Variant")}.");
    }

    BuildException Fault(string code, string message) => new(code, message, file);
}

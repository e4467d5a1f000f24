using System.Diagnostics;

namespace ImageSdk.Tests;

/// <summary>Locales that few machines have, made for a test in a folder of its own.</summary>
sealed class GeneratedLocales : IDisposable
{
    static readonly (string Name, string Definition, string Characters)[] made = [("tr_TR.UTF-8", "tr_TR", "UTF-8"), ("de_DE", "de_DE", "ISO-8859-1")];

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-locales-").FullName;

    /// <summary>Why none can be made here; null where they can.</summary>
    public static string? WhyNot { get; } = File.Exists("/usr/bin/localedef") && made.All(locale => File.Exists($"/usr/share/i18n/locales/{locale.Definition}"))
        ? null
        : "needs localedef and the definitions of locales (packages libc-bin and locales)";

    public GeneratedLocales()
    {
        foreach (var (name, definition, characters) in made)
        {
            using var process = Process.Start("/usr/bin/localedef", ["-i", definition, "-f", characters, Path.Combine(folder, name)]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    public static IEnumerable<string> Names => made.Select(locale => locale.Name);

    /// <summary>The variables of a user of a locale.</summary>
    public IReadOnlyDictionary<string, string> Variables(string name) =>
        new Dictionary<string, string> { ["LOCPATH"] = folder, ["LANG"] = name, ["LC_ALL"] = name, ["LANGUAGE"] = name.Split('_')[0] };

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

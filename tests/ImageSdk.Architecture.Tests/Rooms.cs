using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace ImageSdk.Architecture.Tests;

/// <summary>The projects below <c>src/</c>, as their project files have them.</summary>
static class Rooms
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Names of all rooms: those of their folders.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Repository, "src"), "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file))!).Order(StringComparer.Ordinal)];

    /// <summary>The rooms that a room's project file refers to.</summary>
    public static IReadOnlyList<string> ReferencesOf(string room) =>
    [
        .. XDocument.Load(ProjectOf(room)).Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileName(Path.GetDirectoryName(((string)reference.Attribute("Include")!).Replace('\\', '/')))!)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The name of a room's assembly: programs that people start have one without a dot.</summary>
    public static string AssemblyOf(string room) =>
        (string?)XDocument.Load(ProjectOf(room)).Descendants("AssemblyName").FirstOrDefault() ?? $"ImageSdk.{room}";

    public static string FileOf(string room) => Path.Combine(AppContext.BaseDirectory, $"{AssemblyOf(room)}.dll");

    static string ProjectOf(string room) => Path.Combine(Repository, "src", room, $"ImageSdk.{room}.csproj");

    static string FindRepository([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}

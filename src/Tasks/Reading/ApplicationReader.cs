using ImageSdk.Building.Applications;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

/// <summary>Applications as items: published projects, and folders that commands made.</summary>
static class ApplicationReader
{
    const string UnitSuffix = ".service";

    /// <summary>A project as its own target describes it, with the metadata of its reference.</summary>
    public static ImageApplication Published(ITaskItem item, Func<string, string> absolute) =>
        new(Path.GetFileNameWithoutExtension(item.ItemSpec), Folder(absolute(item.GetMetadata("PublishedDirectory"))), item.GetMetadata("ImagePath"))
        {
            ProjectDirectory = Path.GetDirectoryName(item.ItemSpec)!,
            ProgramName = item.GetMetadata("ProgramName"),
            Service = Unit(item.GetMetadata("ImageService")),
            Entrypoint = Words.Lines(item.GetMetadata("Entrypoint")),
            Arguments = Words.Lines(item.GetMetadata("Arguments")),
            User = item.GetMetadata("User"),
            WorkingDirectory = item.GetMetadata("RunsIn"),
            IsInvariantGlobalization = item.GetMetadata("InvariantGlobalization").Equals("true", StringComparison.OrdinalIgnoreCase),
            Ports = [.. Words.Lines(item.GetMetadata("Ports")).Select(port => port.TrimEnd('/'))],
            Environment = Variables(Words.Lines(item.GetMetadata("Environment")), item, item.GetMetadata("Place")),
            File = item.GetMetadata("Place"),
            Line = ProjectLines.Find(item.GetMetadata("Place"), "ProjectReference", item.GetMetadata("Reference")),
        };

    public static ImageApplication Built(ITaskItem item, Func<string, string> absolute)
    {
        var file = item.GetMetadata("DefiningProjectFullPath");
        return new(item.ItemSpec, Folder(absolute(item.GetMetadata("MadeDirectory"))), item.GetMetadata("TargetPath"))
        {
            ProjectDirectory = absolute(item.GetMetadata("WorkingDirectory") is { Length: > 0 } folder ? folder : "."),
            Service = Unit(item.GetMetadata("Service")),
            Entrypoint = CommandLine.Split(item.GetMetadata("Entrypoint"), $"Entrypoint of '{item.ItemSpec}'", file),
            User = item.GetMetadata("User"),
            Ports = [.. item.GetMetadata("Ports").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            Environment = Variables(item.GetMetadata("Environment").Split([';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), item, file),
            File = file,
            Line = ProjectLines.Find(file, "ImageBuiltTree", item.ItemSpec),
        };
    }

    /// <summary>The stage that a made folder goes in with, as an item says it.</summary>
    public static string Stage(ITaskItem item) => item.GetMetadata("Stage") is { Length: > 0 } said ? said : "PostScripts";

    static string Folder(string path) => Path.TrimEndingDirectorySeparator(path);

    static string Unit(string name) => name.EndsWith(UnitSuffix, StringComparison.Ordinal) ? name[..^UnitSuffix.Length] : name;

    static KeyValuePair<string, string>[] Variables(IEnumerable<string> lines, ITaskItem item, string file) => [.. lines.Select(line => line.IndexOf('=') is > 0 and var at
        ? new KeyValuePair<string, string>(line[..at], line[(at + 1)..])
        : throw Words.Wrong($"Environment of '{item.ItemSpec}'", line, "NAME=value", file))];
}

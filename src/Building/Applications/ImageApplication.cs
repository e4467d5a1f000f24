namespace ImageSdk.Building.Applications;

/// <summary>A program that a project puts into its image: a published .NET project, or a folder that another tool made.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Directory">What was published, a folder.</param>
/// <param name="TargetPath">The directory of the image that it goes to, an absolute path.</param>
public sealed record ImageApplication(string Name, string Directory, string TargetPath)
{
    /// <summary>Folder of the project, where its own units may lie; empty for none.</summary>
    public string ProjectDirectory { get; init; } = "";

    /// <summary>Name of the program in <see cref="Directory"/>, without an extension; empty where <see cref="Entrypoint"/> says all.</summary>
    public string ProgramName { get; init; } = "";

    /// <summary>Name of the unit that runs it, without ".service"; empty for none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The words of the command that runs it; empty for the program itself.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Words after it.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>USER or USER:GROUP, by name or number; empty for a user of the service's own.</summary>
    public string User { get; init; } = "";

    /// <summary>Where it runs; empty for <see cref="TargetPath"/>.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>PORT or PORT/PROTOCOL.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Whether the project says that it needs no ICU; programs of one file say so nowhere else.</summary>
    public bool IsInvariantGlobalization { get; init; }

    /// <summary>Where the project names it, for errors.</summary>
    public string File { get; init; } = "";

    /// <summary>1-based; 0 where it is not known.</summary>
    public int Line { get; init; }

    /// <summary>The command that runs it in the image.</summary>
    /// <param name="configuration">Of the .NET runtime; null for a program that is none of it.</param>
    internal IReadOnlyList<string> Command(RuntimeConfiguration? configuration)
    {
        var target = TargetPath.TrimEnd('/');
        // A path is relative to the application's folder; a name is looked for by whoever runs it.
        if (Entrypoint.Count > 0)
            return [Absolute(Entrypoint[0], target), .. Entrypoint.Skip(1)];
        return System.IO.File.Exists(Path.Combine(Directory, ProgramName)) || configuration is null
            ? [$"{target}/{ProgramName}"]
            : [SharedRuntime.Program, $"{target}/{ProgramName}.dll"];
    }

    static string Absolute(string program, string target) =>
        program.StartsWith('/') || !program.Contains('/', StringComparison.Ordinal) ? program
        : $"{target}/{(program.StartsWith("./", StringComparison.Ordinal) ? program[2..] : program)}";
}

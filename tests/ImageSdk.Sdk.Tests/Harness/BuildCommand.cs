namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>What a command line of dotnet asks MSBuild for, as far as tests use it.</summary>
sealed class BuildCommand
{
    sealed record Verb(string? Target, bool Restores, params (string Name, string Value)[] Properties);

    static readonly Dictionary<string, Verb> verbs = new()
    {
        ["build"] = new("Build", true),
        ["clean"] = new("Clean", false),
        ["msbuild"] = new(null, false),
        ["pack"] = new("Pack", true, ("_IsPacking", "true")),
        ["publish"] = new("Publish", true, ("_IsPublishing", "true")),
        ["restore"] = new(null, true),
    };

    /// <summary>Options that are properties by other names; the value follows where none is given.</summary>
    static readonly Dictionary<string, (string Property, string? Value)> options = new()
    {
        ["--artifacts-path"] = ("ArtifactsPath", null),
        ["--force-evaluate"] = ("RestoreForceEvaluate", "true"),
        ["--locked-mode"] = ("RestoreLockedMode", "true"),
        ["-r"] = ("RuntimeIdentifier", null),
    };

    readonly Dictionary<string, string> properties = new(StringComparer.OrdinalIgnoreCase);
    readonly List<string> targets = [];

    public BuildCommand(string folder, IReadOnlyList<string> arguments)
    {
        var name = arguments[0];
        var verb = verbs[name];
        IsBuilt = name != "restore";
        IsRestored = verb.Restores;
        foreach (var (property, value) in verb.Properties)
            properties[property] = value;
        var project = "";
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (options.TryGetValue(argument, out var option))
                properties[option.Property] = option.Value ?? arguments[++i];
            else if (argument == "-o")
                properties[name == "pack" ? "PackageOutputPath" : "PublishDir"] = arguments[++i] + "/";
            else if (argument is "--no-restore" or "--no-build")
            {
                IsRestored = false;
                if (argument == "--no-build")
                    properties["NoBuild"] = "true";
            }
            else if (argument == "-question")
                IsQuestion = true;
            else if (argument == "-graph")
                IsGraph = true;
            else if (argument == "-v:detailed")
                IsDetailed = true;
            else if (argument.StartsWith("-t:", StringComparison.Ordinal))
                targets.Add(argument[3..]);
            else if (argument.StartsWith("-p:", StringComparison.Ordinal))
                properties[argument[3..argument.IndexOf('=')]] = argument[(argument.IndexOf('=') + 1)..];
            else if (argument.StartsWith("-warnaserror:", StringComparison.Ordinal))
                Errors.Add(argument["-warnaserror:".Length..]);
            else if (argument[0] != '-' && project == "")
                project = argument;
            else if (argument != "-tl:off")
                throw new ArgumentException($"'{argument}' means nothing to builds in this process; run the real dotnet", nameof(arguments));
        }
        if (targets.Count == 0 && verb.Target is not null)
            targets.Add(verb.Target);
        var path = Path.Combine(folder, project);
        ProjectFile = File.Exists(path) ? path : Directory.GetFiles(path, "*.*proj").Single();
    }

    public string ProjectFile { get; }

    public IReadOnlyDictionary<string, string> Properties => properties;

    /// <summary>None are the project's default ones.</summary>
    public IReadOnlyList<string> Targets => targets;

    public bool IsRestored { get; private set; }

    public bool IsBuilt { get; }

    public bool IsQuestion { get; }

    public bool IsGraph { get; }

    public bool IsDetailed { get; }

    /// <summary>Codes of warnings that are errors.</summary>
    public HashSet<string> Errors { get; } = [];
}

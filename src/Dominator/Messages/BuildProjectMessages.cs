using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Has an imaginator build an image project whose files it has been sent. Not known to the original.</summary>
public sealed record BuildProjectRequest
{
    /// <summary>The project, JSON in UTF-8, as MSBuild evaluated it. Paths are those of the tree.</summary>
    public byte[] Project { get; set; } = [];

    /// <summary>The object that is the tree of its files: a file system in gob.</summary>
    public ObjectHash Tree { get; set; }

    /// <summary>Values of its secrets. They are kept in memory while it is built.</summary>
    public IReadOnlyList<ProjectSecretValue> Secrets { get; set; } = [];

    /// <summary>Builds whose images it may stand on, as <see cref="BuildProjectResult.Build"/> names them.</summary>
    public IReadOnlyList<string> References { get; set; } = [];

    /// <summary>What the caller has of an earlier build of the project, and need not be sent.</summary>
    public IReadOnlyList<BuiltFile> Have { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<BuildProjectRequest> Gob { get; } = new GobStruct<BuildProjectRequest>("BuildProjectRequest")
    {
        { "Project", Bytes, m => m.Project, (ref m, v) => m.Project = v },
        { "Tree", CommonTypes.Hash, m => m.Tree, (ref m, v) => m.Tree = v },
        { "Secrets", Slice("[]ProjectSecretValue", ProjectSecretValue.Gob), m => m.Secrets, (ref m, v) => m.Secrets = v },
        { "References", CommonTypes.Strings, m => m.References, (ref m, v) => m.References = v },
        { "Have", Slice("[]BuiltFile", BuiltFile.Gob), m => m.Have, (ref m, v) => m.Have = v },
    };
}

public sealed record ProjectSecretValue
{
    public string Name { get; set; } = "";

    public byte[] Value { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<ProjectSecretValue> Gob { get; } = new GobStruct<ProjectSecretValue>("ProjectSecretValue")
    {
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
        { "Value", Bytes, m => m.Value, (ref m, v) => m.Value = v },
    };

    /// <summary>Without the value.</summary>
    public override string ToString() => Name;
}

/// <summary>A file that a build has made.</summary>
public sealed record BuiltFile
{
    /// <summary>Its name without a folder.</summary>
    public string Name { get; set; } = "";

    public ObjectHash Hash { get; set; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; set; }

    /// <summary>Whether its bytes follow the last answer.</summary>
    public bool IsSent { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<BuiltFile> Gob { get; } = new GobStruct<BuiltFile>("BuiltFile")
    {
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
        { "Hash", CommonTypes.Hash, m => m.Hash, (ref m, v) => m.Hash = v },
        { "Size", U64, m => m.Size, (ref m, v) => m.Size = v },
        { "IsSent", Bool, m => m.IsSent, (ref m, v) => m.IsSent = v },
    };
}

/// <summary>What an answer to <see cref="BuildProjectRequest"/> tells.</summary>
public enum BuildProjectNews
{
    /// <summary>Which step runs now.</summary>
    Progress,

    /// <summary>An important line, though nothing is wrong.</summary>
    Note,

    /// <summary>A line of a command that runs in the image.</summary>
    Output,

    /// <summary>A stage is done; it ran.</summary>
    StageRan,

    /// <summary>A stage is done; its result was there.</summary>
    StageKept,

    Warning,

    /// <summary>Why there is no image. The last answer.</summary>
    Error,

    /// <summary>Objects of the project are not here: they have to be sent, and the project again. The last answer.</summary>
    Missing,

    /// <summary>There is an image; the last answer. The bytes of files follow.</summary>
    Built,
}

/// <summary>An answer to <see cref="BuildProjectRequest"/>, of which there are many.</summary>
public sealed record BuildProjectResponse
{
    public BuildProjectNews News { get; set; }

    public string Message { get; set; } = "";

    /// <summary>Of an error or a warning.</summary>
    public string Code { get; set; } = "";

    /// <summary>Path in the tree; empty for none.</summary>
    public string File { get; set; } = "";

    public uint Line { get; set; }

    public uint Column { get; set; }

    /// <summary>Where there is an image.</summary>
    public BuildProjectResult Result { get; set; } = new();

    /// <summary>The schema.</summary>
    public static GobType<BuildProjectResponse> Gob { get; } = new GobStruct<BuildProjectResponse>("BuildProjectResponse")
    {
        { "News", U64, m => (ulong)m.News, (ref m, v) => m.News = (BuildProjectNews)v },
        { "Message", Text, m => m.Message, (ref m, v) => m.Message = v },
        { "Code", Text, m => m.Code, (ref m, v) => m.Code = v },
        { "File", Text, m => m.File, (ref m, v) => m.File = v },
        { "Line", U64, m => m.Line, (ref m, v) => m.Line = (uint)v },
        { "Column", U64, m => m.Column, (ref m, v) => m.Column = (uint)v },
        { "Result", BuildProjectResult.Gob, m => m.Result, (ref m, v) => m.Result = v },
    };
}

/// <summary>What came of a build.</summary>
public sealed record BuildProjectResult
{
    /// <summary>The build's own name, which cannot be guessed, for projects that stand on its image.</summary>
    public string Build { get; set; } = "";

    public IReadOnlyList<BuiltFile> Files { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<BuildProjectResult> Gob { get; } = new GobStruct<BuildProjectResult>("BuildProjectResult")
    {
        { "Build", Text, m => m.Build, (ref m, v) => m.Build = v },
        { "Files", Slice("[]BuiltFile", BuiltFile.Gob), m => m.Files, (ref m, v) => m.Files = v },
    };
}

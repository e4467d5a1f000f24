using ImageSdk.Building;
using ImageSdk.Building.Applications;
using ImageSdk.Contracts.Diagnostics;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Says whether a command has to make its folder again, or notes that it did.</summary>
[MSBuildMultiThreadableTask]
public sealed class CompareImageInputs : ImageTask
{
    public ITaskItem[] Inputs { get; set; } = [];

    /// <summary>A .NET project whose restore is meant: the files that say what it restores, and those of the projects that it refers to, are inputs as well.</summary>
    public string RestoredProject { get; set; } = "";

    /// <summary>What else decides what the command makes.</summary>
    public string Key { get; set; } = "";

    [Required]
    public string Output { get; set; } = "";

    [Required]
    public string Record { get; set; } = "";

    /// <summary>Whether the command has just run.</summary>
    public bool IsMade { get; set; }

    [Output]
    public bool AreDifferent { get; set; }

    private protected override string LiveTitle => "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var record = new InputRecord(Absolute(Record));
        List<string> inputs = [.. Inputs.Select(input => Absolute(input.ItemSpec))];
        if (RestoredProject.Length > 0)
            inputs.AddRange(RestoreInputs.Find(Absolute(RestoredProject), Absolute(Output)));
        if (IsMade)
            record.Write(inputs, Key, Absolute(Output));
        else
            AreDifferent = !record.IsCurrent(inputs, Key, Absolute(Output));
    }
}

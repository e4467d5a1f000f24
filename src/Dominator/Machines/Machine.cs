using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>What a machine database (mdbd) says of a machine, as far as images are concerned; other fields are skipped.</summary>
public sealed record Machine
{
    public string Hostname { get; set; } = "";

    /// <summary>The image that the machine must have; empty for none.</summary>
    public string RequiredImage { get; set; } = "";

    /// <summary>The image that it will have to have; empty for none.</summary>
    public string PlannedImage { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<Machine> Gob { get; } = new GobStruct<Machine>("Machine")
    {
        { "Hostname", Text, m => m.Hostname, (ref m, v) => m.Hostname = v },
        { "RequiredImage", Text, m => m.RequiredImage, (ref m, v) => m.RequiredImage = v },
        { "PlannedImage", Text, m => m.PlannedImage, (ref m, v) => m.PlannedImage = v },
    };
}

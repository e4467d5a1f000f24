using ImageSdk.Contracts.Diagnostics;
using ImageSdk.OpenStack;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.Building.Clouds;

/// <summary>What a project says of its image in the image service of a cloud.</summary>
/// <param name="Cloud">A cloud of <c>clouds.yaml</c>, "envvars", or the service's address: <see cref="CloudReader.Read"/>.</param>
/// <param name="Format">The artifact that is sent.</param>
/// <param name="Place">Where the cloud's settings are looked for.</param>
public sealed record GlanceRequest(string Cloud, string Format, SettingsPlace Place)
{
    /// <summary>Names of formats, with Glance's name for what they write.</summary>
    static readonly Dictionary<string, string> diskFormats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["qcow2"] = "qcow2", ["raw"] = "raw", ["vhd"] = "vhd", ["vmdk"] = "vmdk", ["iso"] = "iso", ["repack"] = "qcow2",
    };

    /// <summary>Empty for that of the image in the store: STREAM/TIME.</summary>
    public string ImageName { get; init; } = "";

    /// <summary>Empty for Glance's own default.</summary>
    public string Visibility { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>In the place of those that are worked out, or beside them.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Gibibytes.</summary>
    public int MinimumDisk { get; init; }

    /// <summary>Mebibytes.</summary>
    public int MinimumMemory { get; init; }

    /// <summary>Glance's name of the format.</summary>
    /// <exception cref="BuildException">IMG7474: it takes none such.</exception>
    internal string DiskFormat => diskFormats.TryGetValue(Format, out var name) ? name : throw new BuildException(
        "IMG7474", $"The format \"{Format}\" is no disk that Glance takes. GlanceFormat is one of {string.Join(", ", diskFormats.Keys)}.");

    /// <summary>Looks for mistakes before anything is built.</summary>
    /// <exception cref="BuildException">The cloud is not known, or Glance would not take what is said.</exception>
    internal CloudSettings Check()
    {
        try
        {
            Describe(ImageName.Length > 0 ? ImageName : "image", Properties).Check();
            return CloudReader.Read(Cloud, ImageService.ServiceType, Place);
        }
        catch (OpenStackException problem)
        {
            throw new BuildException(problem.Code, problem.Message, inner: problem);
        }
    }

    internal NewImage Describe(string name, IReadOnlyDictionary<string, string> properties) => new(name, DiskFormat)
    {
        Visibility = Visibility, Tags = Tags, MinimumDisk = MinimumDisk, MinimumMemory = MinimumMemory, Properties = properties,
    };
}

/// <summary>An image in the image service of a cloud.</summary>
/// <param name="Location">Address of its record.</param>
/// <param name="Ran">Whether it was sent now, rather than found.</param>
public sealed record GlancePublication(Guid Id, string Name, Uri Location, bool Ran);

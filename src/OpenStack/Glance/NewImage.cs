namespace ImageSdk.OpenStack.Glance;

/// <summary>What an image is to be in Glance.</summary>
/// <param name="Name">Up to 255 characters; several images may have one.</param>
/// <param name="DiskFormat">"qcow2", "raw", "vmdk", "vhd", "iso" and the like.</param>
public sealed record NewImage(string Name, string DiskFormat)
{
    /// <summary>Glance's column.</summary>
    const int LongestText = 255;

    /// <summary>Values may be longer; MySQL cuts at 64 KiB.</summary>
    const int LongestValue = 60_000;

    static readonly string[] visibilities = ["public", "community", "shared", "private"];

    public string ContainerFormat { get; init; } = "bare";

    /// <summary>"public", "community", "shared" or "private"; empty for Glance's own default, which is "shared".</summary>
    public string Visibility { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Gibibytes that a machine's disk has to have; 0 for any.</summary>
    public int MinimumDisk { get; init; }

    /// <summary>Mebibytes that a machine's memory has to have; 0 for any.</summary>
    public int MinimumMemory { get; init; }

    /// <summary>What else is to be known of it: os_distro, and names of one's own.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <exception cref="OpenStackException">IMG7475: Glance would not take it.</exception>
    public void Check()
    {
        Require(Name.Length is > 0 and <= LongestText, $"an image's name has 1 to {LongestText} characters, \"{Name}\" has {Name.Length}");
        Require(Visibility.Length == 0 || visibilities.Contains(Visibility), $"the visibility is \"{Visibility}\"; it is one of {string.Join(", ", visibilities)}");
        Require(MinimumDisk >= 0 && MinimumMemory >= 0, "the least disk and memory of a machine are no negative numbers");
        foreach (var tag in Tags)
            Require(tag.Length is > 0 and <= LongestText, $"a tag has 1 to {LongestText} characters, \"{tag}\" has {tag.Length}");
        foreach (var (name, value) in Properties)
        {
            Require(name.Length is > 0 and <= LongestText, $"the name of a property has 1 to {LongestText} characters, \"{name}\" has {name.Length}");
            Require(!GlanceImage.IsOwnName(name), $"\"{name}\" is no property of one's own: Glance has it itself");
            Require(value.Length <= LongestValue, $"the property \"{name}\" has {value.Length} characters, of {LongestValue} at most");
        }
    }

    static void Require(bool isSo, string rule)
    {
        if (!isSo)
            throw new OpenStackException("IMG7475", $"Glance does not take the image: {rule}.");
    }

    /// <summary>A list as one text, for a property: with commas, and cut off before it is too long.</summary>
    public static string ListOf(IEnumerable<string> words)
    {
        const string cut = ",…";
        var text = string.Join(',', words);
        if (text.Length <= LongestValue)
            return text;
        return text[..text.LastIndexOf(',', LongestValue - cut.Length)] + cut;
    }
}

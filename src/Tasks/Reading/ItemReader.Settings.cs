using System.Xml.Linq;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

// Users, units, networks: settings of the machine.
sealed partial class ItemReader
{
    /// <summary>Metadata of trees and files that say to whom they belong.</summary>
    public static IReadOnlyList<string> OwnerMetadata { get; } = ["Owner", "Group", "Mode", "DirectoryMode"];

    /// <summary>Project files that were looked through for lines.</summary>
    readonly Dictionary<string, XDocument?> documents = new(StringComparer.Ordinal);

    public IReadOnlyList<GroupSetting> Groups(ITaskItem[] items) => [.. items.Select(item => new GroupSetting(item.ItemSpec)
    {
        File = Place(item), Line = Line(item, "ImageGroup"),
        Gid = (uint?)Number(item, "Gid"),
        IsSystem = Words.Flag(item.GetMetadata("System"), Name(item, "System"), Place(item)),
        Members = Several(item, "Members"),
    })];

    public IReadOnlyList<UserSetting> Users(ITaskItem[] items) => [.. items.Select(item => new UserSetting(item.ItemSpec)
    {
        File = Place(item), Line = Line(item, "ImageUser"),
        Uid = (uint?)Number(item, "Uid"),
        Group = item.GetMetadata("Group"),
        Groups = Several(item, "Groups"),
        Home = item.GetMetadata("Home"),
        MakesHome = item.GetMetadata("CreateHome") is { Length: > 0 } makes ? Words.Flag(makes, Name(item, "CreateHome"), Place(item)) : null,
        Shell = item.GetMetadata("Shell"),
        Comment = item.GetMetadata("Comment"),
        PasswordHash = item.GetMetadata("PasswordHash").Trim(),
        AuthorizedKeys =
        [
            .. Keys(item.GetMetadata("AuthorizedKeys")),
            // Names of files may have blanks.
            .. List(item.GetMetadata("AuthorizedKeysFile"), ';').SelectMany(file => Keys(Text(item, "ImageUser", "IMG1513", file))),
        ],
        IsSystem = Words.Flag(item.GetMetadata("System"), Name(item, "System"), Place(item)),
        IsLocked = Words.Flag(item.GetMetadata("Locked"), Name(item, "Locked"), Place(item)),
    })];

    public IReadOnlyList<SysctlSetting> Sysctl(ITaskItem[] items) =>
        [.. items.Select(item => new SysctlSetting(item.ItemSpec, Required(item, "Value")) { File = Place(item), Line = Line(item, "ImageSysctl") })];

    /// <param name="partitions">Those of disks, which write what is mounted there.</param>
    public IReadOnlyList<MountSetting> Mounts(ITaskItem[] items, ITaskItem[] partitions)
    {
        var taken = partitions.ToLookup(partition => partition.GetMetadata("MountPoint").TrimEnd('/'), partition => partition.ItemSpec);
        return [.. items.Select(item => taken[item.ItemSpec.TrimEnd('/')].FirstOrDefault() is { } partition
            ? throw new BuildException("IMG1529", $"ImageMount \"{item.ItemSpec}\" and the ImagePartition \"{partition}\" are mounted at the same place, and disks write the partition's line. Remove one of them.", Place(item), Line(item, "ImageMount"))
            : new MountSetting(item.ItemSpec, item.GetMetadata("Source"))
            {
                File = Place(item), Line = Line(item, "ImageMount"),
                Type = item.GetMetadata("Type") is { Length: > 0 } type ? type : "auto",
                Options = item.GetMetadata("Options").Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                IsRequired = Words.Flag(item.GetMetadata("Required"), Name(item, "Required"), Place(item), unset: true),
            })];
    }

    public IReadOnlyList<NetworkSetting> Networks(ITaskItem[] items) => [.. items.Select(item => new NetworkSetting(item.ItemSpec)
    {
        File = Place(item), Line = Line(item, "ImageNetworkInterface"),
        MatchNames = Several(item, "Name"),
        MacAddresses = Several(item, "MacAddress"),
        Dhcp = item.GetMetadata("Dhcp").Trim().ToLowerInvariant() switch { "true" => "yes", "false" => "no", var said => said },
        Addresses = Several(item, "Addresses"),
        Gateways = Several(item, "Gateway"),
        Dns = Several(item, "Dns"),
        Domains = Several(item, "Domains"),
        Mtu = (uint?)Number(item, "Mtu"),
        Vlan = (uint?)Number(item, "Vlan"),
        Parent = item.GetMetadata("Parent"),
        IsBridge = item.GetMetadata("Kind").ToLowerInvariant() switch
        {
            "" => false,
            "bridge" => true,
            _ => throw Words.Wrong(Name(item, "Kind"), item.GetMetadata("Kind"), "bridge, or nothing for an interface that the machine has (a VLAN has Vlan)", Place(item)),
        },
        Bridge = item.GetMetadata("Bridge"),
        IsRequired = Words.Flag(item.GetMetadata("Required"), Name(item, "Required"), Place(item), unset: true),
    })];

    public IReadOnlyList<UnitSetting> Units(ITaskItem[] items) => [.. items.Select(Unit)];

    UnitSetting Unit(ITaskItem item)
    {
        var text = OneText(item, "Text", "File");
        var dropIn = OneText(item, "DropIn", "DropInFile");
        return new(UnitFile.WithSuffix(item.ItemSpec))
        {
            File = Place(item), Line = Line(item, "ImageUnit"),
            Text = text,
            DropIn = dropIn,
            DropInName = item.GetMetadata("DropInName") is { Length: > 0 } name ? name : UnitSetting.DefaultDropIn,
            State = item.GetMetadata("State") is { Length: > 0 } said ? Words.Choice<UnitState>(said, Name(item, "State"), Place(item))
                // What is brought starts where it says when; what is only changed stays as it is.
                : text.Length > 0 ? UnitFile.HasInstall(text) ? UnitState.Enabled : UnitState.Unchanged
                : dropIn.Length > 0 ? UnitState.Unchanged : UnitState.Enabled,
            IsOptional = Words.Flag(item.GetMetadata("Optional"), Name(item, "Optional"), Place(item)),
        };
    }

    string OneText(ITaskItem item, string text, string file) => (item.GetMetadata(text), item.GetMetadata(file)) switch
    {
        (var said, "") => said,
        ("", var path) => Text(item, "ImageUnit", "IMG1516", path),
        _ => throw new BuildException("IMG1516", $"ImageUnit \"{item.ItemSpec}\" has both {text} and {file}. Keep one.", Place(item), Line(item, "ImageUnit")),
    };

    public IReadOnlyList<CredentialSetting> Credentials(ITaskItem[] items) => [.. items.Select(item => new CredentialSetting(item.ItemSpec)
    {
        File = Place(item), Line = Line(item, "ImageCredential"),
        Units = [.. Several(item, "Units").Select(UnitFile.WithSuffix)],
        TargetPath = item.GetMetadata("TargetPath"),
        Owner = item.GetMetadata("Owner") is { Length: > 0 } owner ? owner : "root",
        Group = item.GetMetadata("Group"),
        Prompt = item.GetMetadata("Prompt"),
    })];

    /// <param name="hasModes">Whether the item's modes are those of what is in a directory.</param>
    FileOwner Owner(ITaskItem item, string element, bool hasModes = true)
    {
        var owner = new FileOwner { User = item.GetMetadata("Owner"), Group = item.GetMetadata("Group") };
        if (hasModes)
            owner = owner with { Mode = item.GetMetadata("Mode"), DirectoryMode = item.GetMetadata("DirectoryMode") };
        return owner.IsDefault ? owner : owner with { File = Place(item), Line = Line(item, element) };
    }

    string Text(ITaskItem item, string element, string code, string file)
    {
        try
        {
            return System.IO.File.ReadAllText(absolute(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(code, $"{element} \"{item.ItemSpec}\": {exception.Message} Name a file that can be read, relative to the project.", Place(item), Line(item, element), inner: exception);
        }
    }

    static IEnumerable<string> Keys(string text) => Words.Lines(text).Where(line => line[0] != '#');

    static IReadOnlyList<string> Several(ITaskItem item, string metadata) =>
        item.GetMetadata(metadata).Split([';', ',', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    int Line(ITaskItem item, string element)
    {
        var file = Place(item);
        if (!documents.TryGetValue(file, out var document))
            documents[file] = document = ProjectLines.TryLoad(file);
        return ProjectLines.Find(document, element, item.ItemSpec);
    }
}

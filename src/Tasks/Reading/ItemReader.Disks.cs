using System.Globalization;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Disks;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks.Reading;

sealed partial class ItemReader
{
    /// <summary>Gives requests the options that the project says for all its formats. They count where the format has them and its item does not say them.</summary>
    /// <param name="options">Names of options with metadata Value.</param>
    /// <param name="containers">Items about containers, with metadata Option.</param>
    /// <param name="partitions">Partitions of all disks.</param>
    /// <param name="partitionsFile">A file with a list of more of them, in JSON; empty for none.</param>
    public static IEnumerable<ArtifactRequest> WithOptions(
        IEnumerable<ArtifactRequest> requests, ITaskItem[] options, ITaskItem[] containers, ITaskItem[] partitions, string partitionsFile)
    {
        var said = options.Select(option => (Name: option.ItemSpec, Value: option.GetMetadata("Value")))
            .Concat(ContainerOptions(containers))
            .Append((Name: "Partitions", Value: Partitions(partitions, partitionsFile)))
            .Where(option => option.Value.Length > 0)
            .ToArray();
        foreach (var request in requests)
        {
            var format = ArtifactFormats.All.FirstOrDefault(format => format.Name.Equals(request.Format, StringComparison.OrdinalIgnoreCase));
            var settings = new Dictionary<string, string>(request.Settings, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in said.Where(option => format?.Options.Any(known => known.Name == option.Name) == true))
                if (settings.GetValueOrDefault(name) is null or "")
                    settings[name] = value;
            yield return request with { Settings = settings };
        }
    }

    static string Partitions(ITaskItem[] items, string file)
    {
        var partitions = items.Select(Partition).ToList();
        try
        {
            if (file.Length > 0)
                partitions.AddRange(ExtraPartition.Parse(System.IO.File.ReadAllText(file)));
        }
        catch (Exception exception) when (exception is ArtifactException or IOException or UnauthorizedAccessException)
        {
            throw new BuildException("IMG6023", exception is ArtifactException ? exception.Message : $"The list of extra partitions can't be read: {exception.Message}", file, inner: exception);
        }
        return partitions.Count == 0 ? "" : ExtraPartition.Format(partitions);
    }

    static ExtraPartition Partition(ITaskItem item)
    {
        var owner = item.GetMetadata("RootOwner") is { Length: > 0 } said ? said.Split(':') : [];
        if (owner.Length > 2)
            throw Words.Wrong(Name(item, "RootOwner"), item.GetMetadata("RootOwner"), "a user's number and a group's, such as 1000:1000", Place(item));
        return new(
            Required(item, "MountPoint"), item.ItemSpec, item.GetMetadata("FileSystem") is { Length: > 0 } type ? type : "ext4",
            Size(item, "MinimumSize"), Size(item, "FreeSpace"), Number(item, "BytesPerInode"), (int?)Number(item, "ReservedBlocks"),
            owner.Length > 0 ? Id(item, owner[0]) : null, owner.Length > 1 ? Id(item, owner[1]) : null,
            LiesAfterRoot(item), Words.Flag(item.GetMetadata("Grow"), Name(item, "Grow"), Place(item)));
    }

    static bool LiesAfterRoot(ITaskItem item) => item.GetMetadata("Position").ToLowerInvariant() switch
    {
        "" or "beforeroot" => false,
        "afterroot" => true,
        _ => throw Words.Wrong(Name(item, "Position"), item.GetMetadata("Position"), "BeforeRoot or AfterRoot", Place(item)),
    };

    static uint Id(ITaskItem item, string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw Words.Wrong(Name(item, "RootOwner"), item.GetMetadata("RootOwner"), "a user's number and a group's, such as 1000:1000", Place(item));

    static long Size(ITaskItem item, string metadata) => item.GetMetadata(metadata) switch
    {
        "" => 0,
        var text when HumanSize.TryParse(text, out var size) && size < 1ul << 60 => (long)size,
        var text => throw Words.Wrong(Name(item, metadata), text, "a size in bytes or with a unit of 1024, such as 512M or 10GiB", Place(item)),
    };

    static long? Number(ITaskItem item, string metadata) => item.GetMetadata(metadata) switch
    {
        "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw Words.Wrong(Name(item, metadata), text, "a whole number", Place(item)),
    };
}

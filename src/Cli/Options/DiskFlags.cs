using System.CommandLine;
using System.Globalization;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Options;

/// <summary>What imagetool takes for a disk, as options of our formats.</summary>
sealed class DiskFlags
{
    const int LeastRoundup = 24;
    const int MostRoundup = 40;

    readonly Option<bool> makeBootable = new("--make-bootable") { Description = "Whether to install GRUB and write an fstab [default: true]", DefaultValueFactory = _ => true };

    readonly Option<string?> tableType = new("--table-type") { Description = "The partition table; gpt is the only one here, and boots from BIOS too", HelpName = "gpt" };

    readonly Option<int?> roundup = new("--roundup-power")
    {
        Description = $"Round the disk's size up to a multiple of 2^N, N from {LeastRoundup} to {MostRoundup}", HelpName = "N",
    };

    /// <summary>Those whose values the format takes as they are.</summary>
    readonly (Option<string?> Option, string Setting)[] plain =
    [
        (Text("--root-label", "LABEL", "The label of the root's file system"), "RootLabel"),
        (Text("--min-bytes", "SIZE", "What the root has at least"), "RootMinimumSize"),
        (Text("--min-free-bytes", "SIZE", "What is free in the root at least"), "FreeSpace"),
        (Text("--extra-kernel-options", "OPTIONS", "Kernel options after all others"), "ExtraKernelOptions"),
    ];

    readonly Option<string?> partitions = Text("--extra-partitions-filename", "FILE", "More partitions, as a list in JSON");

    readonly Option<string[]> settings = new("--option")
    {
        Description = "An option of the format, as an ImageFormat item has it: RootLabel=data, FreeSpace=1G, Bootable=false, …", HelpName = "NAME=VALUE",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (IEnumerable<Option>)[.. plain.Select(flag => flag.Option), partitions, roundup, tableType, makeBootable, settings])
            command.Add(option);
    }

    /// <summary>The settings of a format, by name. What --option says comes after the rest.</summary>
    /// <exception cref="CommandException">A flag cannot be had here, or is none.</exception>
    public IReadOnlyDictionary<string, string> Read(ParseResult arguments)
    {
        if (arguments.GetValue(tableType) is { } table && !table.Equals("gpt", StringComparison.OrdinalIgnoreCase))
            throw new CommandException(
                ErrorCode.UnsupportedFlag, $"--table-type {table}: a disk has a GPT here and no other table; it boots from BIOS and from UEFI: leave the option away");
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, setting) in plain)
            if (arguments.GetValue(option) is { } value)
                read[setting] = value;
        if (arguments.GetValue(partitions) is { } file)
            read["Partitions"] = InputFile.ReadText(file, "partitions");
        if (arguments.GetValue(roundup) is { } power)
            read["SizeMultiple"] = power is >= LeastRoundup and <= MostRoundup
                ? (1L << power).ToString(CultureInfo.InvariantCulture)
                : throw new CommandException(ErrorCode.Usage, $"--roundup-power: {power} is not from {LeastRoundup} to {MostRoundup}");
        if (!arguments.GetValue(makeBootable))
            read["Bootable"] = "false";
        foreach (var text in arguments.GetValue(settings) ?? [])
        {
            var at = text.IndexOf('=');
            if (at <= 0)
                throw new CommandException(ErrorCode.Usage, $"--option: \"{text}\" is not NAME=VALUE");
            read[text[..at]] = text[(at + 1)..];
        }
        return read;
    }

    static Option<string?> Text(string name, string help, string description) => new(name) { Description = description, HelpName = help };
}

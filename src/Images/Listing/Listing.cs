using System.Globalization;
using System.Text;

namespace ImageSdk.Images;

/// <summary>
/// Lists a file system as the original does, one line a path: mode, links, owners, size or device number, time, name,
/// and hash or target. Names and targets are written as they are, new-lines in them too.
/// </summary>
public sealed class Listing
{
    const string SkipLetters = "mlugstnd";

    /// <summary>The columns to write.</summary>
    public ListingFields Fields { get; init; } = ListingFields.All;

    /// <summary>Paths that it matches are left out, with all below them.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Zone of the times. Zones other than UTC are written as numbers ("+02"), as their short names are not known.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>The columns that stay when those of the letters are skipped: m, l, u, g, s, t, n, d. Other letters do nothing.</summary>
    public static ListingFields FieldsWithout(string letters)
    {
        var fields = ListingFields.All;
        foreach (var letter in letters)
        {
            if (SkipLetters.IndexOf(letter) is >= 0 and var bit)
                fields &= ~(ListingFields)(1 << bit);
        }
        return fields;
    }

    /// <summary>Writes all paths, the root first.</summary>
    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    public void Write(FileSystem fileSystem, Stream output)
    {
        var line = new List<byte>();
        ByteString? skipped = null;
        foreach (var entry in fileSystem.Index.Entries)
        {
            if (skipped is { } top && entry.Path.IsBelow(top))
                continue;
            if (!entry.IsRoot && Filter?.Matches(entry.Path) == true)
            {
                skipped = entry.Path;
                continue;
            }
            line.Clear();
            AppendLine(line, entry, fileSystem.Index.CountLinks(entry));
            output.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line));
        }
    }

    /// <summary>The line of one path, with its new-line.</summary>
    public ByteString FormatLine(FileSystemEntry entry, int links)
    {
        var line = new List<byte>();
        AppendLine(line, entry, links);
        return new(line.ToArray());
    }

    void AppendLine(List<byte> line, FileSystemEntry entry, int links)
    {
        var inode = entry.Inode;
        if (Has(ListingFields.Mode))
            AppendText(line, $"{InodeMode.Format(inode is ModedInode moded ? moded.Mode : InodeMode.Symlink | Permissions.All)} ");
        if (Has(ListingFields.Links))
            AppendText(line, $"{links,3} ");
        if (Has(ListingFields.Uid))
            AppendText(line, $"{inode.Uid,5} ");
        if (Has(ListingFields.Gid))
            AppendText(line, $"{inode.Gid,5} ");
        if (Has(ListingFields.Size))
            AppendText(line, FormatSize(inode));
        if (Has(ListingFields.Mtime))
            AppendText(line, FormatMtime(inode));
        if (Has(ListingFields.Name))
            line.AddRange(entry.Path.Span);
        if (Has(ListingFields.Data))
            AppendContent(line, inode);
        line.Add((byte)'\n');
    }

    bool Has(ListingFields field) => (Fields & field) != 0;

    static void AppendText(List<byte> line, string text) => line.AddRange(Encoding.UTF8.GetBytes(text));

    static void AppendContent(List<byte> line, Inode inode)
    {
        switch (inode)
        {
            case RegularInode { Size: > 0 } regular:
                AppendText(line, $" {regular.Hash}");
                break;
            case ComputedInode computed:
                AppendText(line, $" <- {computed.Source}");
                break;
            case SymlinkInode symlink:
                AppendText(line, " -> ");
                line.AddRange(symlink.Target.Span);
                break;
        }
    }

    static string FormatSize(Inode inode) => inode switch
    {
        ComputedInode => $"{"computed",10} ",
        RegularInode regular => $"{regular.Size,10} ",
        SpecialInode { Mode: var mode, Rdev: var device }
            when (mode & InodeMode.TypeMask) is InodeMode.Block or InodeMode.Character => $"{$"0x{device:x}",10} ",
        _ => new string(' ', 11),
    };

    string FormatMtime(Inode inode) => inode switch
    {
        RegularInode { Mtime: var time } => FormatTime(time),
        SpecialInode { Mtime: var time } => FormatTime(time),
        _ => new string(' ', 25),
    };

    string FormatTime(FileTime time)
    {
        if (time.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || time.Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return FormatFarTime(time.Seconds);
        var instant = DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
        return $"{ListingTime.Format(instant, TimeZone)} ";
    }

    /// <summary>A time that the platform's calendar cannot hold, in UTC: Gregorian years run on in cycles of 400.</summary>
    static string FormatFarTime(long seconds)
    {
        const long SecondsPerCycle = 146_097L * 86_400;
        var cycles = Math.DivRem(seconds, SecondsPerCycle, out var rest);
        // Into 1970 to 2370 and back.
        if (rest < 0)
        {
            rest += SecondsPerCycle;
            cycles--;
        }
        var near = DateTimeOffset.FromUnixTimeSeconds(rest);
        var year = near.Year + 400 * cycles;
        return $"{near.ToString("dd MMM", CultureInfo.InvariantCulture)} {(year < 0 ? "-" : "")}{Math.Abs(year):0000} {near:HH:mm:ss} UTC ";
    }
}

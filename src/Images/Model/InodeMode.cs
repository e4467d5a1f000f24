namespace ImageSdk.Images;

/// <summary>The bits of a raw st_mode of Linux.</summary>
public static class InodeMode
{
    public const uint TypeMask = 0xF000;
    public const uint Socket = 0xC000;
    public const uint Symlink = 0xA000;
    public const uint Regular = 0x8000;
    public const uint Block = 0x6000;
    public const uint Directory = 0x4000;
    public const uint Character = 0x2000;
    public const uint Fifo = 0x1000;
    public const uint SetUid = 0x800;
    public const uint SetGid = 0x400;
    public const uint Sticky = 0x200;

    /// <summary>The permission bits with setuid, setgid and sticky.</summary>
    public const uint PermissionMask = 0xFFF;

    /// <summary>Ten characters as ls shows them ("drwxr-xr-x").</summary>
    public static string Format(uint mode)
    {
        Span<char> text = stackalloc char[10];
        text[0] = (mode & TypeMask) switch
        {
            Socket => 's',
            Symlink => 'l',
            Regular => '-',
            Block => 'b',
            Directory => 'd',
            Character => 'c',
            Fifo => 'p',
            _ => '?',
        };
        for (var bit = 0; bit < 9; bit++)
            text[1 + bit] = (mode & (0x100u >> bit)) != 0 ? "rwx"[bit % 3] : '-';
        Mark(text, 3, mode & SetUid, 's');
        Mark(text, 6, mode & SetGid, 's');
        Mark(text, 9, mode & Sticky, 't');
        return text.ToString();
    }

    static void Mark(Span<char> text, int place, uint bit, char letter)
    {
        if (bit != 0)
            text[place] = text[place] == '-' ? char.ToUpperInvariant(letter) : letter;
    }

    /// <summary>The permission bits, as four octal digits or more: "0644", "4755".</summary>
    public static string FormatPermissions(uint mode) => Convert.ToString(mode & PermissionMask, 8).PadLeft(4, '0');
}

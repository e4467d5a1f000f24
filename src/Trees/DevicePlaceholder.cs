using System.Globalization;
using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Trees;

/// <summary>A device node that a user namespace can't make, written down instead (<see cref="OverlayAttributes.Placeholder"/>).</summary>
readonly record struct DevicePlaceholder(uint TypeBits, ulong Rdev)
{
    const uint CharacterDevice = 0x2000;
    const uint BlockDevice = 0x6000;

    public static DevicePlaceholder? Parse(ReadOnlySpan<byte> value)
    {
        var parts = Encoding.ASCII.GetString(value).Split(' ');
        return parts is [var type, var major, var minor]
            && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var majorNumber)
            && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var minorNumber)
                ? type switch
                {
                    "c" => new(CharacterDevice, DeviceNumber.Encode(majorNumber, minorNumber)),
                    "b" => new(BlockDevice, DeviceNumber.Encode(majorNumber, minorNumber)),
                    _ => null,
                }
                : null;
    }

    public byte[] ToAttribute()
    {
        var (major, minor) = DeviceNumber.Decode(Rdev);
        return Encoding.ASCII.GetBytes($"{(TypeBits == BlockDevice ? 'b' : 'c')} {major} {minor}");
    }

    /// <summary>Makes a device node, or the placeholder where that is forbidden. The caller sets the owner.</summary>
    /// <param name="mode">Type and permission bits.</param>
    public static void MakeNode(DirectoryHandle directory, ReadOnlySpan<byte> name, uint mode, ulong rdev)
    {
        try
        {
            directory.MakeNode(name, mode, rdev);
        }
        catch (PosixException exception) when (exception.Error == Errno.NotPermitted && (mode & 0xF000) is CharacterDevice or BlockDevice)
        {
            directory.CreateFile(name, 0).Dispose();
            directory.SetAttribute(name, OverlayAttributes.Placeholder, new DevicePlaceholder(mode & 0xF000, rdev).ToAttribute());
            directory.SetPermissions(name, mode & 0xFFF);
        }
    }
}

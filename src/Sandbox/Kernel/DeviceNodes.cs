using System.Text;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// Device nodes in builds by an ordinary user, whom the kernel lets make none. The sandbox has this program in place of
/// the image's mknod; it leaves a note, and the layer's scan turns the note into a placeholder for the node.
/// </summary>
static class DeviceNodes
{
    static ReadOnlySpan<byte> Note => "#!imagesdk-device-node "u8;

    const ulong LongestNote = 64;

    /// <summary>The stand-in, for builds by an ordinary user.</summary>
    public static CoveredProgram Program { get; } = new("mknod",
        """
        #!/bin/sh
        # Stands in for mknod where device nodes can't be made: see the documentation of rootless builds.
        mode=
        while :; do
            case "$1" in
                -m) mode="$2"; shift 2 ;;
                --mode=*) mode="${1#--mode=}"; shift ;;
                -Z|--context*) shift ;;
                --) shift; break ;;
                *) break ;;
            esac
        done
        if [ "$2" = p ]; then
            exec mkfifo ${mode:+-m "$mode"} -- "$1"
        fi
        if [ $# -ne 4 ]; then
            echo "mknod: expected NAME TYPE MAJOR MINOR" >&2
            exit 1
        fi
        if [ -e "$1" ] || [ -L "$1" ]; then
            echo "mknod: $1: File exists" >&2
            exit 1
        fi
        case "$2" in
            b) type=b ;;
            c|u) type=c ;;
            *) echo "mknod: invalid device type '$2'" >&2; exit 1 ;;
        esac
        echo "#!imagesdk-device-node $type $(($3)) $(($4))" > "$1" && chmod "${mode:-$(printf %o $((0666 & ~0$(umask))))}" "$1"

        """);

    /// <summary>Turns notes below a layer's tree into placeholders.</summary>
    public static void Adopt(string tree)
    {
        using var root = DirectoryHandle.Open(tree);
        Adopt(root);
    }

    static void Adopt(DirectoryHandle directory)
    {
        foreach (var name in directory.ReadNames())
        {
            var status = directory.Stat(name);
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                Adopt(child);
            }
            else if (status.Kind == FileKind.Regular && status.Size > (ulong)Note.Length && status.Size <= LongestNote
                && ReadNote(directory, name) is { } device)
            {
                directory.Unlink(name);
                DevicePlaceholder.MakeNode(directory, name, device.TypeBits | status.Permissions, device.Rdev);
                directory.SetOwner(name, status.Uid, status.Gid);
                directory.SetTimes(name, status.Mtime);
            }
        }
    }

    static DevicePlaceholder? ReadNote(DirectoryHandle directory, byte[] name)
    {
        using var file = directory.OpenRead(name);
        var buffer = new byte[LongestNote];
        var text = buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        return text.StartsWith(Note) ? DevicePlaceholder.Parse(text[Note.Length..].TrimEnd((byte)'\n')) : null;
    }
}

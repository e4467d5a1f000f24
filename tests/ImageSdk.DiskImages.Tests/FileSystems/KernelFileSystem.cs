using ImageSdk.Archives;
using ImageSdk.DiskImages.Unpacking;
using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Tests.FileSystems;

/// <summary>
/// File systems that the kernel fills and describes, in mounts that end with their process, to compare with what is read of them without it.
/// The folder is in memory, where files may have attributes of any size.
/// </summary>
public sealed class KernelFileSystem : IDisposable
{
    /// <summary>Fills the directory of its first argument with all that these file systems have forms of their own for.</summary>
    const string Fill = """
        cd "$1"
        mkdir -p etc srv/many srv/data srv/few 'srv/ünï côdé'
        echo small > 'etc/a name with blanks'; : > etc/empty
        i=0; while [ $i -lt 5000 ]; do echo "$i" > "srv/many/a file with a name that is not short at all, number $i"; i=$((i + 1)); done
        i=0; while [ $i -lt 40 ]; do echo "$i" > "srv/few/file $i"; i=$((i + 1)); done
        i=0; while [ $i -lt 4900 ]; do [ $((i % 3)) = 0 ] || printf 'srv/many/a file with a name that is not short at all, number %s\0' $i; i=$((i + 1)); done | xargs -0 rm
        long=$(printf %0255d 7); echo long > "srv/few/$long"; echo line > "srv/few/two
        lines"; printf x > "$(printf 'srv/few/latin \351')"
        head -c 3000000 /dev/urandom > srv/data/large; ln srv/data/large srv/data/another; ln srv/data/large 'srv/ünï côdé/third'
        # In many pieces, each behind one of the other file.
        i=0; while [ $i -lt 200 ]; do
          for file in left right; do printf 'piece %09000d' $i | dd of=srv/data/$file bs=20000 seek=$((i * 2)) conv=notrunc status=none; done
          [ $((i % 8)) != 0 ] || sync -f .; i=$((i + 1)); done
        truncate -s 150M srv/data/sparse; echo middle | dd of=srv/data/sparse bs=1M seek=100 conv=notrunc status=none; printf end | dd of=srv/data/sparse bs=1 seek=157286397 conv=notrunc status=none
        fallocate -l 300000 srv/data/reserved; printf head | dd of=srv/data/reserved conv=notrunc status=none
        : > srv/data/kept; fallocate -n -l 500000 srv/data/kept; printf short > srv/data/short; fallocate -n -o 5 -l 100000 srv/data/short
        ln -s empty etc/short; ln -s "$(printf '%0900d' 0)" etc/long; ln -s "$(printf '%0300d' 0)" etc/middle; ln -s 'two
        lines' etc/lines
        mkfifo srv/data/pipe; mknod srv/data/disk b 8 17; mknod srv/data/large-number c 300 70000; mknod srv/data/null c 1 3
        setfattr -n user.colour -v blue etc/empty; setfattr -n user.of-directory -v d etc; setfattr -n trusted.mark -v t etc/empty
        i=0; while [ $i -lt 120 ]; do setfattr -n "user.a name that is not short $i" -v "$(printf '%0100d' $i)" srv/data/large; i=$((i + 1)); done
        setfattr -n user.long -v "$(printf %09000d 7)" srv/data/short 2>/dev/null || :; setfattr -n user.middle -v "$(printf %03000d 7)" 'etc/a name with blanks'
        setfattr -n user.empty etc/empty; setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 srv/data/short
        acl=0x0200000001000600ffffffff02000400d204000004000400ffffffff08000600e110000010000600ffffffff20000400ffffffff
        setfattr -n system.posix_acl_access -v $acl etc/empty; setfattr -n system.posix_acl_default -v $acl etc
        chown 100123:65533 etc/empty; chown -h 12:4000000000 etc/short; chmod 4755 srv/data/large; chmod 2710 srv/few; chmod 1777 'srv/ünï côdé'
        touch -h -d 1999-12-31T23:59:59.123456789Z etc/short; touch -d 1960-01-02T03:04:05.5Z etc/empty; touch -d 2037-02-03T04:05:06.000000001Z srv/many
        cp --reflink=auto srv/data/large srv/data/shared
        cd /
        """;

    readonly string folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"imagesdk file system ü {Guid.NewGuid():n}");

    public KernelFileSystem() => Directory.CreateDirectory(folder);

    /// <summary>Why there are none; null where there are.</summary>
    public static string? WhyNot => Environment.IsPrivilegedProcess ? null : "needs to mount file systems, as root";

    public string this[string name] => Path.Combine(folder, name);

    /// <summary>Makes a file system, fills it, and describes what is in it.</summary>
    /// <param name="make">A script that makes the file system in the file of its first argument.</param>
    /// <param name="options">Of mount.</param>
    /// <param name="more">A script that goes on filling, in the mounted directory.</param>
    public (string File, IReadOnlyList<string> Expected) Make(string name, string size, string make, string options = "loop", string more = "", string? fill = null)
    {
        var file = this[name];
        Directory.CreateDirectory(this["mounted"]);
        SampleTree.Run("truncate", "-s", size, file);
        SampleTree.Run("sh", "-ec", make, "sh", file);
        SampleTree.Run("unshare", "--mount", "--propagation", "private", "sh", "-ec", $"""
            mount -o "$3" "$1" "$2"
            sh -ec "$4" sh "$2"
            (cd "$2"; {(more.Length > 0 ? more : ":")}
            )
            sh -c "$5" sh "$2" '' > "$1.description"
            umount "$2"
            """, "sh", file, this["mounted"], options, fill ?? Fill, SampleTree.DescribeScript);
        var described = File.ReadAllText(file + ".description").Split('\n');
        // The kernel shows xfs's access lists a second time, in the form of the disk.
        return (file, [.. described.Where(line => !line.StartsWith("trusted.SGI_ACL_", StringComparison.Ordinal))]);
    }

    internal UnpackedSource Unpack(string file, string target)
    {
        var root = Directory.CreateDirectory(this[target]).FullName;
        var scratch = Directory.CreateDirectory(this[$"scratch {Guid.NewGuid():n}"]).FullName;
        using var handle = DirectoryHandle.Open(root);
        return new DiskImageUnpacker(scratch, ExpansionLimit.Default, CancellationToken.None).Unpack(file, handle);
    }

    public void Same(IReadOnlyList<string> expected, string target)
    {
        var found = SampleTree.Describe(this[target], isExact: true);
        Assert.True(expected.SequenceEqual(found), string.Join('\n', expected.Except(found).Take(20).Select(line => $"- {line}").Concat(found.Except(expected).Take(20).Select(line => $"+ {line}"))));
        SampleTree.Run("rm", "-rf", this[target]);
    }

    public void Dispose() => SampleTree.Run("rm", "-rf", folder);
}

/// <summary>A test that mounts file systems to have the kernel fill them.</summary>
sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = KernelFileSystem.WhyNot;
}

/// <inheritdoc cref="MountFactAttribute"/>
sealed class MountTheoryAttribute : TheoryAttribute
{
    public MountTheoryAttribute() => Skip = KernelFileSystem.WhyNot;
}

using System.Diagnostics;
using System.Text;

namespace ImageSdk.DiskImages.Tests;

/// <summary>A tree with everything that a file system has, and what the machine's own tools say of it and of its copies.</summary>
sealed class SampleTree : IDisposable
{
    /// <summary>Names in one directory, so many that its tree of names has two levels.</summary>
    const int ManyNames = 500;

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk disk ü").FullName;
    readonly bool isRoot = Environment.IsPrivilegedProcess;

    public SampleTree()
    {
        Root = this["tree"];
        var etc = Directory.CreateDirectory(Path.Combine(Root, "etc")).FullName;
        File.WriteAllText(Path.Combine(etc, "ünïcode with blank"), "small");
        File.WriteAllBytes(Path.Combine(etc, "empty"), []);
        File.CreateSymbolicLink(Path.Combine(etc, "short"), "empty");
        File.CreateSymbolicLink(Path.Combine(etc, "long"), new string('x', 200) + "/" + new string('y', 100));
        var many = Directory.CreateDirectory(Path.Combine(Root, "srv/many")).FullName;
        for (var i = 0; i < ManyNames; i++)
            File.WriteAllText(Path.Combine(many, $"a file with a name that is not short {i}"), i % 7 == 0 ? $"{i}" : "");
        var data = Directory.CreateDirectory(Path.Combine(Root, "srv/data")).FullName;
        File.WriteAllBytes(Path.Combine(data, "large"), [.. Enumerable.Range(0, 5_000_000).Select(i => (byte)(i * 31 >> 7))]);
        // Holes between pieces, so that there are many extents.
        using (var sparse = File.OpenHandle(Path.Combine(data, "sparse"), FileMode.CreateNew, FileAccess.Write))
        {
            for (var i = 0; i < 900; i++)
                RandomAccess.Write(sparse, Encoding.UTF8.GetBytes($"piece {i}"), i * 16_384L);
            RandomAccess.Write(sparse, "end"u8, 40_000_000);
        }
        Run("ln", Path.Combine(data, "large"), Path.Combine(data, "another name"));
        Run("mkfifo", Path.Combine(data, "pipe"));
        Run("setfattr", "-n", "user.colour", "-v", "blue", Path.Combine(etc, "empty"));
        Run("setfattr", "-n", "user.large", "-v", new string('z', 500), Path.Combine(etc, "ünïcode with blank"));
        Run("setfattr", "-n", "user.of-directory", "-v", "d", etc);
        File.SetUnixFileMode(Path.Combine(data, "large"), (UnixFileMode)0x9ED); // 04755
        Run("touch", "-d", "1999-12-31T23:59:59.123456789Z", Path.Combine(etc, "empty"));
        Run("touch", "-d", "2037-02-03T04:05:06Z", many);
        if (!isRoot)
            return;
        Run("chown", "100123:65533", Path.Combine(etc, "empty"));
        Run("mknod", Path.Combine(data, "disk"), "b", "8", "17");
        Run("mknod", Path.Combine(data, "large number"), "c", "300", "70000");
        // u::rw-,u:1234:r--,g::r--,g:4321:rw-,m::rw-,o::r-- in the form of acl(5); and the same as a default.
        const string AccessList = "0x0200000001000600ffffffff02000400d204000004000400ffffffff08000600e110000010000600ffffffff20000400ffffffff";
        Run("setfattr", "-n", "system.posix_acl_access", "-v", AccessList, Path.Combine(etc, "ünïcode with blank"));
        Run("setfattr", "-n", "system.posix_acl_default", "-v", AccessList, etc);
    }

    /// <summary>The tree itself.</summary>
    public string Root { get; }

    /// <summary>A path beside it.</summary>
    public string this[string name] => Path.Combine(folder, name);

    public void Dispose() => Run("rm", "-rf", folder);

    /// <summary>A file system of the tree.</summary>
    /// <param name="options">Of mke2fs.</param>
    public string MakeExt(string name, params string[] options)
    {
        var file = this[name];
        Run("truncate", "-s", "96M", file);
        Run("mke2fs", ["-q", "-F", "-E", "root_owner", "-N", "8192", .. options, "-d", Root, file]);
        return file;
    }

    /// <summary>Lines that say all of a tree: kind, mode, owner, links, device, size, time, target, name; checksums; extended attributes.</summary>
    /// <param name="root">Its own time is left out: mke2fs sets that of its run.</param>
    /// <param name="isExact">Whether fractions of seconds count, which mke2fs does not write.</param>
    public static IReadOnlyList<string> Describe(string root, bool isExact) =>
        [.. Lines("sh", "-c", DescribeScript, "sh", root, isExact ? "" : @"s/\(\t[^\t]*\)\.[0-9]* /\1 /")];

    /// <summary>Writes what <see cref="Describe"/> reads. Its arguments are the root, and what sed does with the first lines.</summary>
    public const string DescribeScript = """
        cd "$1" && find . -mindepth 1 -name lost+found -prune -o -mindepth 1 -printf '%P\t%y %m %U:%G %T@ %l\n' | sed "$2" | LC_ALL=C sort
        find . -type f -printf '%P\t%s %n\n' | LC_ALL=C sort
        find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        find . \( -type b -o -type c \) -print0 | LC_ALL=C sort -z | xargs -0 -r stat -c '%n %t %T'
        find . \( -type f -o -type d \) -not -name lost+found -print0 | LC_ALL=C sort -z | xargs -0 getfattr -h -d -m - -e hex | LC_ALL=C grep -v '^$' || :
        """;

    static IReadOnlyList<string> Lines(string program, params string[] arguments) => Run(program, arguments).Split('\n');

    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{errors.Result}\nof {program} {string.Join(' ', arguments)}");
        return output;
    }
}

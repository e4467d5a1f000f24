namespace ImageSdk.Imaginator.Tests.Engine;

/// <summary>A system that is bootstrapped in no time: a shell and some programs of this machine, and a packager that installs nothing.</summary>
static class SmallSystem
{
    const string Script = """
        #!/bin/sh
        set -e
        mkdir -p "$1/usr/bin" "$1/usr/lib" "$1/usr/lib64" "$1/etc" "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" "$1/var/log" "$1/root"
        chmod 1777 "$1/tmp"
        mknod -m 666 "$1/dev/null" c 1 3 2>/dev/null || :
        for name in bin lib lib64; do ln -s "usr/$name" "$1/$name"; done
        ln -s dash "$1/usr/bin/sh"
        for name in dash cat echo ls env mkdir rm cp touch chmod id grep; do
          program=$(readlink -f "/usr/bin/$name")
          cp "$program" "$1/usr/bin/$name"
          ldd "$program" | grep -o '/[^ )]*' | while read -r library; do
            mkdir -p "$1/usr/$(dirname "${library#/usr}" | sed 's|^/||')"
            cp -n -L "$library" "$1/usr/${library#/usr}" 2>/dev/null || :
          done
        done
        echo 'root:x:0:0:root:/root:/bin/sh' > "$1/etc/passwd"
        echo 'root:x:0:' > "$1/etc/group"
        : > "$1/var/log/noise"
        """;

    const string Packager = """
        #!/bin/sh
        case "$1" in
          copy-in) cat > "$2" ;;
          list) echo small 1.0 7 ;;
          show-size-multiplier) echo 1024 ;;
          run) shift; exec "$@" ;;
        esac
        """;

    /// <summary>Makes the root in a directory, with a packager that installs nothing.</summary>
    public static void Make(string root)
    {
        var script = Path.Combine(Path.GetDirectoryName(root)!, "mkroot");
        File.WriteAllText(script, Script);
        using (var made = System.Diagnostics.Process.Start("/bin/sh", [script, root]))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }
        File.WriteAllText(Path.Combine(root, "usr/bin/generic-packager"), Packager);
        File.SetUnixFileMode(Path.Combine(root, "usr/bin/generic-packager"), (UnixFileMode)0b111_101_101);
    }

    /// <summary>Members of a main configuration with the bootstrap stream <c>boot/small</c>.</summary>
    public static string Configure(Folder folder)
    {
        var script = folder.Write("mkroot", Script);
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        folder.Write("tags.json", """{"Os": "Small"}""");
        return $$"""
            "PackagerTypes": {"none": {"InstallCommand": ["false"], "ListCommand": {"ArgList": ["echo", "small 1.0 7"], "SizeMultiplier": 1024}, "CleanPatterns": ["/var/log/.*"]} },
            "BootstrapStreams": {"boot/small": {
              "BootstrapCommand": ["{{script}}", "$dir"], "FilterLines": ["/var/log/.*"], "ImageTagsUrl": "file://{{folder["tags.json"]}}", "PackagerType": "none"} }
            """;
    }
}

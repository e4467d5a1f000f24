namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>An image made of a shell and a few programs of this machine, so that it takes no package tools and no network.</summary>
static class TinyImage
{
    public static void Write(TestFolder folder)
    {
        folder.Program("make-root", """
            #!/bin/sh
            set -e
            for program in sh cat true echo; do
              program=/bin/$program
              mkdir -p "$1/bin"
              cp -L $program "$1$program"
              for library in $(ldd $program | grep -o '/[^ ]*'); do
                mkdir -p "$1${library%/*}"
                cp -L $library "$1$library"
              done
            done
            mkdir -p "$1/dev" "$1/etc" "$1/proc" "$1/run" "$1/sys" "$1/tmp"
            """);
        folder.Project("tiny", """
            <PropertyGroup>
              <BootstrapCommand>$(MSBuildProjectDirectory)/make-root $dir</BootstrapCommand>
              <PackagerType>none</PackagerType>
            </PropertyGroup>
            <ItemGroup>
              <ImagePackagerType Include="none" CleanCommand="true" InstallCommand="true" ListCommand="true"
                RemoveCommand="true" UpdateCommand="true" UpgradeCommand="true" />
            </ItemGroup>
            """);
    }

    /// <summary>A file that can be run.</summary>
    public static void Program(this TestFolder folder, string name, string text) =>
        File.SetUnixFileMode(folder.Write(name, text.ReplaceLineEndings("\n")), (UnixFileMode)0b111_101_101);
}

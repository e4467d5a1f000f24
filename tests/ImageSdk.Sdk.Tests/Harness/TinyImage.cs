namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>An image of a shell and a few programs of this machine, so that a real one takes no package tools, no network and two seconds.</summary>
static class TinyImage
{
    /// <summary>Writes its project.</summary>
    /// <param name="name">Of the project, with its folder below the test's: "tiny", "base/tiny".</param>
    public static void Write(TestFolder folder, string name = "tiny", string properties = "")
    {
        folder.Program(Path.Combine(Path.GetDirectoryName(name)!, "make-root"), """
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
        folder.Project(name, $"""
            <PropertyGroup>
              <BootstrapCommand>"$(MSBuildProjectDirectory)/make-root" $dir</BootstrapCommand>
              <PackagerType>none</PackagerType>
              {properties}
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

/// <summary>A test that runs programs in the sandbox.</summary>
sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute() => Skip = WhyNot;

    /// <summary>Null where it can.</summary>
    internal static string? WhyNot => File.Exists("/usr/bin/bwrap") && File.Exists("/usr/bin/unshare") ? null : "needs bwrap and unshare; eng/test.sh installs them";
}

/// <inheritdoc cref="SandboxFactAttribute"/>
sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = SandboxFactAttribute.WhyNot;
}

using System.Runtime.InteropServices;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>A .NET project in a real image: its files, the runtime and the unit arrive, and the program runs.</summary>
[Trait("Category", "Image")]
public sealed class ApplicationImageTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public ApplicationImageTests()
    {
        TinyImage.Write(folder, properties: "<ImageFormats>directory</ImageFormats>");
        var project = File.ReadAllText(folder["tiny.imgproj"]);
        folder.Write("tiny.imgproj", project.Replace("</Project>", """<ItemGroup><ProjectReference Include="shop ü/Shop.csproj" ImagePath="/opt/shop" ImageService="shop" /></ItemGroup></Project>"""));
        // The root has the libraries that the runtime loads, as packages would bring them.
        var root = File.ReadAllText(folder["make-root"]);
        folder.Program("make-root", root.Replace("mkdir -p \"$1/dev\"", """
            runtime=RUNTIME
            for library in $(ldd /bin/true "$runtime"/*.so | grep -o '=> /[^ ]*' | grep -o '/.*' | grep -v "^$runtime" | sort -u); do
              mkdir -p "$1${library%/*}"
              cp -L "$library" "$1$library"
            done
            mkdir -p "$1/dev"
            """.Replace("RUNTIME", $"'{RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/')}'")));
        folder.Write("shop ü/Shop.csproj", """
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><InvariantGlobalization>true</InvariantGlobalization></PropertyGroup></Project>
            """);
        folder.Write("shop ü/Program.cs", "System.Console.WriteLine(\"hello\");");
        folder.Program("tests/answers", """
            #!/bin/sh
            set -e
            test "$(/opt/shop/Shop)" = hello
            test "$(/usr/bin/dotnet /opt/shop/Shop.dll)" = hello
            """);
    }

    public void Dispose() => folder.Dispose();

    [SandboxFact]
    public void The_program_runs_and_a_changed_line_runs_its_stage_and_those_after_it()
    {
        Assert.Contains("TestImage: 1 passed", folder.Build().Succeeded().Output);
        var image = folder["bin/Debug/tiny.directory"];
        Assert.True(File.Exists(Path.Combine(image, "usr/lib/systemd/system/shop.service")), string.Join('\n', Directory.EnumerateFileSystemEntries(folder["bin/Debug"])));
        Assert.Equal("/usr/lib/systemd/system/shop.service", new FileInfo(Path.Combine(image, "etc/systemd/system/multi-user.target.wants/shop.service")).LinkTarget);
        Assert.Equal(0, folder.Build("-question").ExitCode);

        folder.Write("shop ü/Program.cs", "System.Console.Write(\"hel\"); System.Console.WriteLine(\"lo\");");
        var second = folder.Build().Succeeded();
        Assert.DoesNotContain("CopyPostInstallFiles:", second.Output);
        Assert.Contains("CopyPostScriptsFiles:", second.Output);
        Assert.Contains("TestImage: 1 passed", second.Output);
    }
}

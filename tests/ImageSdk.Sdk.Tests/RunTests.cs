using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What dotnet run gets from a project; the machine itself is tested with the program that boots it.</summary>
public sealed class RunTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A program in the place of the one that boots: it tells its arguments.</summary>
    BuildResult Run(params string[] arguments)
    {
        folder.Write("machine.sh", "#!/bin/sh\necho \"MACHINE $*\"\n");
        File.SetUnixFileMode(folder["machine.sh"], (UnixFileMode)0b111_101_101);
        return folder.DotNet(["run", .. arguments]);
    }

    JsonElement Machine() => JsonDocument.Parse(File.ReadAllText(folder.State("run.json"))).RootElement;

    [Fact]
    public void The_usual_machine_boots_a_disk_that_is_made_for_it()
    {
        folder.Project("hello", "<PropertyGroup><ImageArchitecture>amd64</ImageArchitecture></PropertyGroup>");
        folder.Run("build").Succeeded();
        folder.Run("msbuild", "-t:ComputeRunArguments").Succeeded();

        var run = Machine();
        Assert.Equal(folder["hello.imgproj"], run.GetProperty("ProjectFile").GetString());
        var machine = run.GetProperty("Machine");
        Assert.Equal(("q35", "Bios"), (machine.GetProperty("Machine").GetString(), machine.GetProperty("Firmware").GetString()));
        Assert.Equal((1L << 30, 2), (machine.GetProperty("Memory").GetInt64(), machine.GetProperty("Processors").GetInt32()));
        Assert.StartsWith(folder.State("run"), machine.GetProperty("Disk").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_an_item_lists_is_booted_and_not_made_again()
    {
        folder.Project("hello", """<ItemGroup><ImageFormat Include="raw" DiskSize="8G" /></ItemGroup>""");
        folder.Run("build").Succeeded();
        folder.Run("msbuild", "-t:ComputeRunArguments", "-p:Device=pc-uefi").Succeeded();

        Assert.StartsWith(folder["bin/Debug/"], Machine().GetProperty("Machine").GetProperty("Disk").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Properties_and_a_device_describe_the_machine()
    {
        folder.Project("hello", """
            <PropertyGroup>
              <ImageArchitecture>amd64</ImageArchitecture>
              <ImageFormats>tar;raw</ImageFormats>
              <ImageRunMemory>512M</ImageRunMemory>
              <ImageRunCpus>1</ImageRunCpus>
              <ImageRunPorts>8080:80; 2222:22</ImageRunPorts>
              <ImageRunArguments>-name "two words"</ImageRunArguments>
            </PropertyGroup>
            """);
        folder.Run("build").Succeeded();
        folder.Run("msbuild", "-t:ComputeRunArguments", "-p:Device=pc-uefi").Succeeded();

        var run = Machine();
        var machine = run.GetProperty("Machine");
        Assert.Equal(("pc", "Uefi"), (machine.GetProperty("Machine").GetString(), machine.GetProperty("Firmware").GetString()));
        Assert.Equal((512L << 20, 1), (machine.GetProperty("Memory").GetInt64(), machine.GetProperty("Processors").GetInt32()));
        Assert.StartsWith(folder["bin/Debug/"], machine.GetProperty("Disk").GetString(), StringComparison.Ordinal);
        Assert.Equal(["-name", "two words"], run.GetProperty("Arguments").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal([(8080, 80), (2222, 22)], run.GetProperty("Ports").EnumerateArray().Select(port => (port.GetProperty("Host").GetInt32(), port.GetProperty("Guest").GetInt32())));
    }

    [Theory]
    [InlineData("Device=mainframe", "IMG6059")]
    [InlineData("ImageRunPorts=80", "IMG1906")]
    [InlineData("ImageRunPorts=0:80", "IMG1906")]
    [InlineData("ImageRunMemory=1M", "IMG1906")]
    [InlineData("ImageRunCpus=0", "IMG1906")]
    [InlineData("ImageRunFirmware=coreboot", "IMG1906")]
    [InlineData("ImageArchitecture=s390x", "IMG6052")]
    public void A_wrong_machine_is_one_error(string property, string code)
    {
        folder.Project("hello", "<PropertyGroup><ImageArchitecture>amd64</ImageArchitecture></PropertyGroup>");
        folder.Run("build").Succeeded();
        folder.Run("msbuild", "-t:ComputeRunArguments", $"-p:{property}").FailedWith(code);
    }

    [Fact]
    public void Devices_are_listed_and_do_not_get_in_the_way()
    {
        folder.Project("hello", """
            <PropertyGroup><ImageArchitecture>amd64</ImageArchitecture></PropertyGroup>
            <ItemGroup>
              <ImageDevice Include="lab" Description="a hypervisor" RunCommand="$(MSBuildProjectDirectory)/machine.sh" RunArguments="in the lab" />
            </ItemGroup>
            """);
        var listed = folder.DotNet("run", "--list-devices").Succeeded();
        Assert.All((string[])["q35 - ", "q35-uefi - ", "pc - ", "pc-uefi - ", "lab - a hypervisor"], device => listed.At(device));

        Assert.Contains("MACHINE in the lab -v", Run("--device", "lab", "--", "-v").Succeeded().Lines);
    }

    [Fact]
    public void RunCommand_takes_the_place_of_all_this()
    {
        folder.Project("hello", """
            <PropertyGroup>
              <RunCommand>$(MSBuildProjectDirectory)/machine.sh</RunCommand>
              <RunArguments>$(MSBuildProjectName)</RunArguments>
            </PropertyGroup>
            """);
        Assert.Contains("MACHINE hello more", Run("--", "more").Succeeded().Lines);
        Assert.False(File.Exists(folder.State("run.json")));
    }
}

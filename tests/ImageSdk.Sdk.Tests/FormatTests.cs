using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>ImageFormats and ImageFormat items, as the targets see them; what formats write is tested with the engine.</summary>
public sealed class FormatTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    IEnumerable<string> Made() => folder.Log().Where(line => line.StartsWith("Artifact ", StringComparison.Ordinal));

    [Fact]
    public void Formats_of_the_property_and_of_items_are_made_after_the_tests()
    {
        folder.Project("hello", """
              <PropertyGroup>
                <ImageFormats>tar; squashfs;tar</ImageFormats>
              </PropertyGroup>
              <ItemGroup>
                <ImageFormat Include="squashfs" Compression="xz" />
              </ItemGroup>
              <Target Name="BeforeMakeImageArtifacts"><Message Importance="high" Text="HOOK before" /></Target>
              <Target Name="AfterMakeImageArtifacts"><Message Importance="high" Text="HOOK after" /></Target>
            """);
        var built = folder.Build().Succeeded();

        Assert.Equal(
            ["Artifact squashfs Compression=xz line=6 areProjects=True extra=", "Artifact tar  line=3 areProjects=True extra="], Made());
        var log = folder.Log().ToList();
        Assert.True(log.FindIndex(line => line.StartsWith("Run TestImage", StringComparison.Ordinal)) < log.FindIndex(line => line.StartsWith("Artifact ", StringComparison.Ordinal)));
        Assert.True(built.At("running TestImage") < built.At("HOOK before") && built.At("HOOK before") < built.At("HOOK after"));
        Assert.Contains($"hello -> {folder["bin/Debug/image.tar"]}", built.Lines);
    }

    [Fact]
    public void Properties_and_partitions_of_disks_reach_the_formats_that_have_them()
    {
        folder.Write("more.json", """[{ "MountPoint": "/srv" }]""");
        folder.Project("hello", """
              <PropertyGroup>
                <ImageFormats>raw;tar;vhd</ImageFormats>
                <ImageDiskSize>4G</ImageDiskSize>
                <ImageBootMenuTimeout>3</ImageBootMenuTimeout>
                <ImageRootGrow>true</ImageRootGrow>
                <ImageVhdType>dynamic</ImageVhdType>
                <ImagePartitionsFile>more.json</ImagePartitionsFile>
              </PropertyGroup>
              <ItemGroup>
                <ImageFormat Include="qcow2" DiskSize="8G" />
                <ImagePartition Include="data" MountPoint="/var/data" MinimumSize="1M" RootOwner="7:8" ReservedBlocks="0" Position="afterRoot" Grow="true" />
              </ItemGroup>
            """);
        folder.Build().Succeeded();

        const string partitions = """
            Partitions=[{"MountPoint":"/var/data","FileSystemLabel":"data","FileSystemType":"ext4","MinimumBytes":1048576,"ReservedBlocksPercentage":0,"RootUserId":7,"RootGroupId":8,"AfterRoot":true,"Grow":true},{"MountPoint":"/srv","FileSystemLabel":"srv","FileSystemType":"ext4"}]
            """;
        Assert.Equal(
            [
                $"Artifact qcow2 DiskSize=8G RootGrow=true BootTimeout=3 {partitions.Trim()} line=11 areProjects=True extra=",
                $"Artifact raw DiskSize=4G RootGrow=true BootTimeout=3 {partitions.Trim()} line=3 areProjects=True extra=",
                "Artifact tar  line=3 areProjects=True extra=",
                $"Artifact vhd DiskSize=4G RootGrow=true VhdType=dynamic BootTimeout=3 {partitions.Trim()} line=3 areProjects=True extra=",
            ],
            Made());
    }

    [Fact]
    public void What_is_said_of_containers_reaches_the_format_word_by_word()
    {
        folder.Project("hello", """
              <PropertyGroup>
                <ContainerUser>www-data:1000</ContainerUser>
                <ContainerStopSignal>SIGQUIT</ContainerStopSignal>
                <ImageFormats>tar</ImageFormats>
              </PropertyGroup>
              <ItemGroup>
                <Word Include="nginx;-g" />
                <Word Include="daemon off%3B" />
                <ContainerEntrypoint Include="@(Word)" />
                <ContainerEntrypoint Include="nginx" />
                <ContainerEnvironmentVariable Include="A" Value="1;2" />
                <ContainerEnvironmentVariable Include="B" Value="old" />
                <ContainerEnvironmentVariable Include="B" Value="x=%3B" />
                <ContainerPort Include="80;443" />
                <ContainerPort Include="53" Type="udp" />
                <ContainerVolume Include="/srv/ä b" />
                <ContainerLabel Include="maintainer" Value="me; you" />
                <ContainerHealthCheck Include="curl;http://localhost/?%2A" Interval="30s" Retries="3" />
                <ContainerDefaultArgs Include="of other formats" />
                <ImageFormat Include="oci" Command="-c;a%3Bb;100%25;100%253B" />
              </ItemGroup>
            """);
        folder.Build().Succeeded();

        Assert.Equal(
            [
                "Artifact oci Command=[\"-c\",\"a;b\",\"100%\",\"100%3B\"] User=www-data:1000 StopSignal=SIGQUIT "
                    + "Entrypoint=[\"nginx\",\"-g\",\"daemon off;\",\"nginx\"] Environment={\"A\":\"1;2\",\"B\":\"x=;\"} "
                    + "Ports=[\"80\",\"443\",\"53/udp\"] Volumes=[\"/srv/ä b\"] Labels={\"maintainer\":\"me; you\"} "
                    + "HealthCheck={\"Test\":[\"CMD\",\"curl\",\"http://localhost/?*\"],\"Interval\":30000000000,\"Retries\":3} line=21 areProjects=True extra=",
                "Artifact tar  line=5 areProjects=True extra=",
            ],
            Made());
    }

    [Fact]
    public void Mistakes_in_partitions_are_said_where_they_are()
    {
        folder.Project("hello", """
              <PropertyGroup><ImageFormats>raw</ImageFormats></PropertyGroup>
              <ItemGroup><ImagePartition Include="data" MountPoint="/data" RootOwner="somebody" /></ItemGroup>
            """);
        Assert.Contains("IMG1906", folder.Build().Output);

        folder.Project("hello", """
              <PropertyGroup><ImageFormats>raw</ImageFormats></PropertyGroup>
              <ItemGroup><ImagePartition Include="data" MountPoint="/data" Position="first" /></ItemGroup>
            """);
        Assert.Contains("BeforeRoot or AfterRoot", folder.Build().Output);

        folder.Project("hello", """
              <PropertyGroup><ImageFormats>raw</ImageFormats><ImagePartitionsFile>none.json</ImagePartitionsFile></PropertyGroup>
            """);
        Assert.Contains("IMG6023", folder.Build().Output);
    }

    [Fact]
    public void A_build_without_changes_makes_none_and_one_with_a_missing_artifact_makes_it()
    {
        folder.Project("hello", "<PropertyGroup><ImageFormats>tar</ImageFormats></PropertyGroup>");
        folder.Build().Succeeded();
        folder.ForgetLog();
        var second = folder.Build("-question").Succeeded();
        Assert.Empty(Made());
        Assert.Contains($"hello -> {folder["bin/Debug/image.tar"]}", second.Lines);
        Assert.True(File.Exists(folder["bin/Debug/image.tar.json"]));

        File.Delete(folder["bin/Debug/image.tar"]);
        folder.Build().Succeeded();
        Assert.Single(Made());
        Assert.Empty(folder.StagesRun());

        folder.ForgetLog();
        folder.Build("-p:ImageFormats=squashfs").Succeeded();
        Assert.Single(Made());
        Assert.False(File.Exists(folder["bin/Debug/image.tar"]));

        folder.Run("clean", "-tl:off", "-p:ImageFormats=squashfs").Succeeded();
        Assert.Empty(Directory.EnumerateFiles(folder["bin/Debug"]));
    }

    [Fact]
    public void Publishing_into_a_folder_puts_the_artifacts_there()
    {
        folder.Project("hello", "<PropertyGroup><ImageFormats>tar</ImageFormats></PropertyGroup>");
        folder.DotNet("publish", "-tl:off", "-o", folder["out"]).Succeeded();
        Assert.Equal(["image.tar"], Directory.EnumerateFiles(folder["out"]).Select(Path.GetFileName));

        Directory.Delete(folder["out"], recursive: true);
        folder.DotNet("publish", "-tl:off", "--no-build", "-o", folder["out"]).Succeeded();
        Assert.Equal(["image.tar"], Directory.EnumerateFiles(folder["out"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Publishing_into_a_folder_without_artifacts_is_a_warning()
    {
        folder.Project("hello");
        var run = folder.Run("publish", "-tl:off", "-o", folder["out"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warning IMG6142: ", Assert.Single(run.Warnings));
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Folders_of_dropped_formats_go_in_the_next_build_and_all_in_a_clean_up()
    {
        folder.Project("hello", "<PropertyGroup><ImageStream>a/b</ImageStream><ImageFormats>tar;oci</ImageFormats></PropertyGroup>");
        folder.Build().Succeeded();
        // Documents and records of what is wanted are no reason to look.
        Assert.DoesNotContain(folder.Log(), line => line.StartsWith("RemoveArtifacts", StringComparison.Ordinal));

        folder.Build("-p:ImageFormats=tar").Succeeded();
        Assert.Equal("RemoveArtifacts all=False a/b hello keep=image.tar", folder.Log()[^1]);
        folder.Build("-p:ImageFormats=").Succeeded();
        Assert.Equal("RemoveArtifacts all=False a/b hello keep=", folder.Log()[^1]);

        folder.Project("cleaned", """<Target Name="ShowLog" AfterTargets="_RemoveImageArtifactFolders"><Message Importance="high" Text="$([System.IO.File]::ReadAllText('$(ImageStateDirectory)fake.log'))" /></Target>""");
        folder.Build("cleaned.imgproj").Succeeded();
        folder.Run("clean", "cleaned.imgproj", "-tl:off").Succeeded().At("RemoveArtifacts all=True cleaned cleaned keep=");
    }

    [Fact]
    public void A_target_can_ask_for_a_format_that_the_project_does_not_list()
    {
        folder.Project("hello", """
              <Target Name="Boot" DependsOnTargets="Build">
                <MakeImageArtifacts FormatNames="raw" OutputDirectory="$(ImageStateDirectory)" ExtraTrees="extra" ProjectFile="$(MSBuildProjectFullPath)"
                  StateDirectory="$(ImageStateDirectory)">
                  <Output TaskParameter="Artifacts" ItemName="_Disk" />
                </MakeImageArtifacts>
                <Message Importance="high" Text="DISK %(_Disk.Identity) %(_Disk.Format) %(_Disk.IsFolder)" />
              </Target>
            """);
        var built = folder.Build("-t:Boot").Succeeded();

        Assert.Equal(["Artifact raw  line=0 areProjects=False extra=extra"], Made());
        Assert.Contains($"DISK {folder["obj/Debug/image/image.raw"]} raw false", built.Output);
    }
}

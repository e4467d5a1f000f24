using System.Text.Json;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What reaches the engine of the properties and items of a project.</summary>
public sealed class PrepareImageTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_project_that_says_nothing_has_the_documented_defaults()
    {
        folder.Project("hello");
        var project = Prepare();

        Assert.Equal(folder["hello.imgproj"], project.ProjectFile);
        Assert.Equal(folder.Path, project.ManifestDirectory);
        Assert.True(project.UseManifestDirectory);
        Assert.Equal("hello", project.Stream);
        Assert.Contains(project.Architecture, (string[])["amd64", "arm64"]);
        Assert.Null(project.Bootstrap);
        Assert.Equal("", project.Source.Stream);
        Assert.Null(project.Source.MaxAge);
        Assert.Null(project.FilterLines);
        Assert.False(project.AddFilter || project.AddTriggers || project.AddComputedFiles);
        Assert.True(project.Sandbox.ScriptsNetwork);
        Assert.Equal(new ResourceLimits(), project.Sandbox.Limits);
        Assert.Equal(new InstallationSettings(), project.Installation);
        Assert.Equal(TimeSpan.FromSeconds(10), project.Sandbox.TestTimeout);
        Assert.Equal(TimeSpan.FromHours(24), project.Sandbox.BuildTimeout);
        Assert.Equal("", project.Cache.BaseDirectory);
        Assert.Equal(folder["bin/Debug/hello.image"], project.ImageFile);
        Assert.Equal(new(folder["store/images"], folder["store/objects"]), project.Store);
        Assert.Equal(folder["cache"], project.CacheDirectory);
    }

    [Fact]
    public void Every_property_arrives()
    {
        folder.Project("hello", """
            <PropertyGroup>
              <ImageStream>base/debian</ImageStream>
              <ImageArchitecture>arm64</ImageArchitecture>
              <SourceImage>lower/$(ImageArchitecture)</SourceImage>
              <SourceImageGitCommitId>abc</SourceImageGitCommitId>
              <SourceImageMaxAge>1h30m</SourceImageMaxAge>
              <ManifestDirectory>manifests/x</ManifestDirectory>
              <EnableDefaultImageItems>false</EnableDefaultImageItems>
              <BootstrapCommand>tool --name="two words" $ARCH '$dir' a\ b</BootstrapCommand>
              <PackagerType>rpm</PackagerType>
              <ImageAllowUnavailablePackageSources>true</ImageAllowUnavailablePackageSources>
              <ImageConffilePolicy>replace</ImageConffilePolicy>
              <ImageScriptsNetwork>false</ImageScriptsNetwork>
              <ImageCapabilities>sys_ptrace; CAP_NET_ADMIN;CAP_CHOWN;SYS_PTRACE</ImageCapabilities>
              <ImageNetwork>Host</ImageNetwork>
              <ImageHostPorts>8080; 443,8080</ImageHostPorts>
              <ImageProcessLimit>100</ImageProcessLimit>
              <ImageMemoryLimit>2GiB</ImageMemoryLimit>
              <ImageDiskLimit>3G</ImageDiskLimit>
              <ImageEntryLimit>5</ImageEntryLimit>
              <ImageArchiveLimit>4G</ImageArchiveLimit>
              <ImageArchiveRatio>6</ImageArchiveRatio>
              <ImageTestTimeout>00:01:00</ImageTestTimeout>
              <ImageBuildTimeout>2h</ImageBuildTimeout>
              <ImageBuildCacheBaseDirectory>kept</ImageBuildCacheBaseDirectory>
              <ImageBuildCacheMountPoint>/var/kept</ImageBuildCacheMountPoint>
              <ImageBuildCacheSizeLimit>2GiB</ImageBuildCacheSizeLimit>
              <ImageTriggersMode>Add</ImageTriggersMode>
              <ComputedFilesMode>add</ComputedFilesMode>
              <ImageVariables>
                A=1
                B=two words = x
              </ImageVariables>
            </PropertyGroup>
            """);
        var project = Prepare();

        Assert.Equal("base/debian", project.Stream);
        Assert.Equal("arm64", project.Architecture);
        Assert.Equal("lower/arm64", project.Source.Stream);
        Assert.Equal("abc", project.Source.GitCommitId);
        Assert.Equal(TimeSpan.FromMinutes(90), project.Source.MaxAge);
        Assert.Equal(folder["manifests/x"], project.ManifestDirectory);
        Assert.False(project.UseManifestDirectory);
        Assert.Equal(["tool", "--name=two words", "$ARCH", "$dir", "a b"], project.Bootstrap!.Command);
        Assert.Equal("rpm", project.Bootstrap.PackagerType);
        Assert.False(project.Sandbox.ScriptsNetwork);
        Assert.Equal(["NET_ADMIN", "SYS_PTRACE"], project.Sandbox.Capabilities);
        Assert.Equal(NetworkIsolation.Host, project.Sandbox.Isolation);
        Assert.Equal([443, 8080], project.Sandbox.HostPorts);
        Assert.Equal(new ResourceLimits { Processes = 100, Memory = 2L << 30, Disk = 3L << 30, Entries = 5, Archive = 4L << 30, ArchiveRatio = 6 }, project.Sandbox.Limits);
        Assert.Equal(new InstallationSettings { AllowsUnavailableSources = true, Conffiles = ConffilePolicy.Replace }, project.Installation);
        Assert.Equal(TimeSpan.FromMinutes(1), project.Sandbox.TestTimeout);
        Assert.Equal(TimeSpan.FromHours(2), project.Sandbox.BuildTimeout);
        Assert.Equal(new() { BaseDirectory = folder["kept"], MountPoint = "/var/kept", SizeLimit = 2L << 30 }, project.Cache);
        Assert.True(project.AddTriggers && project.AddComputedFiles);
        Assert.Equal([new("A", "1"), new("B", "two words = x")], project.Variables);
    }

    [Fact]
    public void Every_item_arrives()
    {
        folder.Write("conf/a b.conf", "");
        folder.Project("hello", """
            <ItemGroup>
              <ImagePackage Include="curl;git=1:2.39.5-0+deb12u2" />
              <ImageFile Include="conf/*.conf" TargetPath="/etc/conf.d/" Stage="PostInstall" Mode="0640" />
              <ImageFile Include="conf/none" TargetPath="/etc/none" />
              <ImageTree Include="tree/" Stage="PostScripts" Append="true" />
              <ImageTree Include="templates/" Templated="true" />
              <ImageScript Include="one" Stage="PreInstall" />
              <ImageScript Include="two" />
              <ImageTag Include="Name" Value="x;y" />
              <ImageTrigger Include="sshd" DoReboot="true" DoReload="false" HighImpact="True" SortName="s">
                <MatchLines>
                  /etc/ssh/.*\.conf
                  ^/a;[b]\d+$
                </MatchLines>
              </ImageTrigger>
              <ImageComputedFile Include="/etc/machine" Source="host:1234" />
              <ImageTest Include="check" />
              <ImageOwnerUser Include="alice" />
              <ImageOwnerGroup Include="ops;dev" />
              <ImageVariable Include="V" Value="w" />
              <ImageBindMount Include="/srv" />
              <ImageBindMount Include="shared" TargetPath="/mnt" Writable="true" />
              <ImageSecret Include="token" File="secret.txt" />
              <ImageSecret Include="key" EnvironmentVariable="KEY" />
              <BuildableImageStream Include="base" Project="base/base.imgproj" />
              <SourceImageTag Include="Release" Values="1;2" />
              <SourceImageBuildVariable Include="R" Value="1" />
              <ImagePackagerType Include="apk" CleanCommand="apk cache clean" CleanPatterns="/var/a;/var/b" ListSizeMultiplier="1K"
                InstallCommand="apk add" ListCommand="sh -c 'apk info -s'" RemoveCommand="apk del" UpdateCommand="apk update" UpgradeCommand="apk upgrade">
                <Verbatim>
            first
              second
                </Verbatim>
              </ImagePackagerType>
            </ItemGroup>
            """);
        var project = Prepare();

        Assert.Equal(["curl", "git=1:2.39.5-0+deb12u2"], project.Packages);
        Assert.Equal(
            [new(folder["conf/a b.conf"], "/etc/conf.d/a b.conf", ImageStage.CopyPostInstallFiles, "0640"), new(folder["conf/none"], "/etc/none", ImageStage.CopyFiles)],
            project.Files);
        Assert.Equal(
            [new(folder["tree"], ImageStage.CopyPostScriptsFiles, ProjectTreeUse.Append), new(folder["templates"], ImageStage.CopyFiles, ProjectTreeUse.Template)], project.Trees);
        Assert.Equal([new(folder["one"], ImageStage.RunPreInstallScripts), new(folder["two"], ImageStage.RunScripts)], project.Scripts);
        Assert.Equal([new("Name", "x;y")], project.Tags);
        var trigger = Assert.Single(project.Triggers);
        Assert.Equal([@"/etc/ssh/.*\.conf", @"^/a;[b]\d+$"], trigger.MatchLines);
        Assert.Equal(("sshd", true, false, true, "s"), (trigger.Service, trigger.DoReboot, trigger.DoReload, trigger.HighImpact, trigger.SortName));
        Assert.Equal([new("/etc/machine", "host:1234")], project.ComputedFiles);
        Assert.Equal([folder["check"]], project.Tests);
        Assert.Equal(["alice"], project.OwnerUsers);
        Assert.Equal(["ops", "dev"], project.OwnerGroups);
        Assert.Equal([new("V", "w")], project.Variables);
        Assert.Equal([new("/srv", "/srv"), new(folder["shared"], "/mnt", true)], project.Sandbox.BindMounts);
        Assert.Equal([new("token", folder["secret.txt"], null), new("key", null, "KEY")], project.Sandbox.Secrets);
        Assert.Equal([new("base", folder["base/base.imgproj"])], project.Source.BuildableStreams);
        Assert.Equal([new("Release", "1"), new("Release", "2")], project.Source.TagsToMatch);
        Assert.Equal([new("R", "1")], project.Source.BuildVariables);
        var packager = Assert.Single(project.PackagerTypes);
        Assert.Equal(["apk", "cache", "clean"], packager.CleanCommand);
        Assert.Equal(["/var/a", "/var/b"], packager.CleanPatterns);
        Assert.Equal(["sh", "-c", "apk info -s"], packager.ListCommand);
        Assert.Equal(1024UL, packager.ListSizeMultiplier);
        Assert.Equal(["first", "  second"], packager.Verbatim.Take(2));
    }

    [Fact]
    public void Expressions_survive_as_they_are_written()
    {
        folder.Project("hello", """
            <PropertyGroup>
              <ImageFilterLines>
                /var/log/.*\.gz
                ^/tmp/[ab]\d+;x*$
              </ImageFilterLines>
              <ImageFilterMode>Add</ImageFilterMode>
              <ImageExcludeLines>/var/cache/.*%5C.bin</ImageExcludeLines>
              <MtimesCopyFilterLines>
                .*
              </MtimesCopyFilterLines>
              <MtimesCopyAddFilterLines>
                /usr/lib/a\+b/.*
                $(Unset)
              </MtimesCopyAddFilterLines>
            </PropertyGroup>
            """);
        var project = Prepare();

        Assert.Equal([@"/var/log/.*\.gz", @"^/tmp/[ab]\d+;x*$"], project.FilterLines!);
        Assert.True(project.AddFilter);
        Assert.Equal([@"/var/cache/.*\.bin"], project.ExcludedPaths);
        Assert.Equal([".*"], project.MtimesCopyFilterLines);
        Assert.Equal([@"/usr/lib/a\+b/.*"], project.MtimesCopyAddFilterLines);
    }

    [Fact]
    public void An_empty_filter_is_one_where_the_mode_says_so()
    {
        folder.Project("hello", "<PropertyGroup><ImageFilterMode>Replace</ImageFilterMode></PropertyGroup>");
        Assert.Empty(Prepare().FilterLines!);
    }

    [Theory]
    [InlineData("debian", "", "apt --distribution=debian --variant=minbase --architecture=$ARCH bookworm")]
    [InlineData("ubuntu", "", "apt --distribution=ubuntu --variant=minbase --architecture=$ARCH noble")]
    [InlineData("debian", "<BootstrapOptions>--include=a,b</BootstrapOptions><BootstrapMirror>file:/mirror</BootstrapMirror>",
        "apt --distribution=debian --variant=minbase --architecture=$ARCH --include=a,b bookworm file:/mirror")]
    [InlineData("debian", "<BootstrapMirror>deb [arch=amd64 signed-by=/k.gpg] http://h/debian bookworm main contrib</BootstrapMirror>",
        "apt --distribution=debian --variant=minbase --architecture=$ARCH bookworm deb\u00a0[arch=amd64\u00a0signed-by=/k.gpg]\u00a0http://h/debian\u00a0bookworm\u00a0main\u00a0contrib")]
    [InlineData("debian", "<BootstrapMirror>\n  deb http://h/debian bookworm main\n  \"deb http://i/debian bookworm main\" http://j/debian\n</BootstrapMirror>",
        "apt --distribution=debian --variant=minbase --architecture=$ARCH bookworm deb\u00a0http://h/debian\u00a0bookworm\u00a0main deb\u00a0http://i/debian\u00a0bookworm\u00a0main http://j/debian")]
    [InlineData("ubuntu", "<BootstrapTool>mmdebstrap</BootstrapTool>", "mmdebstrap --mode=root --variant=minbase --architectures=$ARCH noble $dir")]
    [InlineData("debian", "<BootstrapTool>debootstrap</BootstrapTool><BootstrapRelease>trixie</BootstrapRelease>", "debootstrap --variant=minbase --arch=$ARCH trixie $dir")]
    [InlineData("debian", "<BootstrapTool>mmdebstrap</BootstrapTool><BootstrapMirror>file:/mirror</BootstrapMirror><BootstrapOptions>--include=a,b --x='y z'</BootstrapOptions><BootstrapVariant>apt</BootstrapVariant>",
        "mmdebstrap --mode=root --variant=apt --architectures=$ARCH --include=a,b --x=y\u00a0z bookworm $dir file:/mirror")]
    public void A_distribution_is_a_bootstrap_command(string distribution, string properties, string command)
    {
        folder.Project("hello", $"<PropertyGroup><BootstrapDistribution>{distribution}</BootstrapDistribution>{properties}</PropertyGroup>");
        var bootstrap = Prepare().Bootstrap!;

        Assert.Equal(command.Split(' ').Select(word => word.Replace('\u00a0', ' ')), bootstrap.Command);
        Assert.Equal("deb", bootstrap.PackagerType);
    }

    [Theory]
    [InlineData("linux-x64", "amd64")]
    [InlineData("linux-arm64", "arm64")]
    public void The_runtime_identifier_chooses_the_architecture_and_the_folders(string identifier, string architecture)
    {
        folder.Project("hello");
        folder.Build("-t:PrepareImage", "-r", identifier).Succeeded();

        var plan = JsonSerializer.Deserialize<ImageProject>(File.ReadAllText(folder[$"obj/Debug/{identifier}/image/plan.json"]))!;
        Assert.Equal(architecture, plan.Architecture);
        Assert.Equal(folder[$"bin/Debug/{identifier}/hello.image"], plan.ImageFile);
    }

    [Fact]
    public void The_artifacts_layout_is_honoured()
    {
        folder.Project("hello");
        folder.Run("build", "-tl:off", "--artifacts-path", folder["out"]).Succeeded();

        Assert.True(File.Exists(folder["out/bin/hello/debug/hello.image"]));
        Assert.True(File.Exists(folder["out/obj/hello/debug/image/plan.json"]));
        Assert.False(Directory.Exists(folder["bin"]) || Directory.Exists(folder["obj"]));

        folder.Run("clean", "-tl:off", "--artifacts-path", folder["out"]).Succeeded();
        Assert.False(File.Exists(folder["out/bin/hello/debug/hello.image"]));
    }

    [Theory]
    [InlineData("<PropertyGroup><ImageTestTimeout>10</ImageTestTimeout></PropertyGroup>", "ImageTestTimeout is '10'; expected: a duration")]
    [InlineData("<PropertyGroup><ImageConffilePolicy>ask</ImageConffilePolicy></PropertyGroup>", "ImageConffilePolicy is 'ask'; expected: Keep, Replace")]
    [InlineData("<PropertyGroup><ImageScriptsNetwork>maybe</ImageScriptsNetwork></PropertyGroup>", "ImageScriptsNetwork is 'maybe'; expected: true or false")]
    [InlineData("<PropertyGroup><ImageKeepIdentity>machine-id;name</ImageKeepIdentity></PropertyGroup>", "ImageKeepIdentity is 'name'; expected: machine-id, ssh-host-keys, random-seed, credential-secret")]
    [InlineData("<PropertyGroup><ImageCapabilities>SYS_PTRACE;ROOT</ImageCapabilities></PropertyGroup>", "ImageCapabilities is 'ROOT'; expected: names of capabilities")]
    [InlineData("<PropertyGroup><ImageProcessLimit>many</ImageProcessLimit></PropertyGroup>", "ImageProcessLimit is 'many'; expected: a whole number; 0 for no limit")]
    [InlineData("<PropertyGroup><ImageNetwork>some</ImageNetwork></PropertyGroup>", "ImageNetwork is 'some'; expected: isolated, host or none")]
    [InlineData("<PropertyGroup><ImageHostPorts>80;70000</ImageHostPorts></PropertyGroup>", "ImageHostPorts is '70000'; expected: numbers of ports")]
    [InlineData("<PropertyGroup><ImageMemoryLimit>much</ImageMemoryLimit></PropertyGroup>", "ImageMemoryLimit is 'much'; expected: a number of bytes")]
    [InlineData("<PropertyGroup><ImageFilterMode>Extend</ImageFilterMode></PropertyGroup>", "ImageFilterMode is 'Extend'; expected: Add or Replace")]
    [InlineData("<PropertyGroup><BootstrapDistribution>gentoo</BootstrapDistribution></PropertyGroup>", "BootstrapDistribution is 'gentoo'; expected: debian or ubuntu")]
    [InlineData("<PropertyGroup><BootstrapDistribution>debian</BootstrapDistribution><BootstrapTool>x</BootstrapTool></PropertyGroup>", "BootstrapTool is 'x'; expected: apt, mmdebstrap or debootstrap")]
    [InlineData("<PropertyGroup><BootstrapCommand>a 'b</BootstrapCommand></PropertyGroup>", "BootstrapCommand is 'a 'b'; expected: a command line whose quotes are closed")]
    [InlineData("<PropertyGroup><RuntimeIdentifier>linux-riscv64</RuntimeIdentifier></PropertyGroup>", "ImageArchitecture is ''; expected: amd64 or arm64")]
    [InlineData("<PropertyGroup><ImageVariables>novalue</ImageVariables></PropertyGroup>", "ImageVariables is 'novalue'; expected: NAME=value")]
    [InlineData("<ItemGroup><ImageFile Include='a' /></ItemGroup>", "TargetPath of 'a' is ''; expected: a value")]
    [InlineData("<ItemGroup><ImageFile Include='a' TargetPath='/a' Mode='u+x' /></ItemGroup>", "Mode of 'a' is 'u+x'; expected: permission bits in octal")]
    [InlineData("<ItemGroup><ImageScript Include='a' Stage='Late' /></ItemGroup>", "Stage of 'a' is 'Late'; expected: PreInstall, Scripts, PostCleanup")]
    [InlineData("<ItemGroup><ImageSecret Include='a' /></ItemGroup>", "either File or EnvironmentVariable")]
    [InlineData("<ItemGroup><ImageTrigger Include='a' /></ItemGroup>", "MatchLines of 'a' is ''; expected: a value")]
    public void A_value_that_makes_no_sense_is_one_error_at_the_project(string body, string message)
    {
        folder.Project("hello", body);
        var error = folder.Build("--no-restore", "-t:PrepareImage").FailedWith("IMG1906");

        Assert.Contains(message, error);
        Assert.StartsWith(folder["hello.imgproj"], error, StringComparison.Ordinal);
    }

    ImageProject Prepare()
    {
        folder.Build("-t:PrepareImage", "--no-restore").Succeeded();
        return folder.Plan().Deserialize<ImageProject>()!;
    }
}

using ImageSdk.Building.Applications;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Applications;

/// <summary>What applications come to in an image, from folders that look like published ones.</summary>
public sealed class ApplicationLayoutTests : IDisposable
{
    const string WebConfiguration = """
        { "runtimeOptions": { "frameworks": [ { "name": "Microsoft.NETCore.App", "version": "10.0.0" }, { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" } ],
          "configProperties": { "System.Globalization.Invariant": false } } }
        """;

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk applications ü").FullName;
    readonly RecordingListener listener = new();

    public ApplicationLayoutTests()
    {
        foreach (var file in new[] { "dotnet", "host/fxr/10.0.9/libhostfxr.so", "host/fxr/10.0.12/libhostfxr.so", "shared/Microsoft.NETCore.App/10.0.12/a.dll", "shared/Microsoft.NETCore.App/9.0.1/a.dll", "shared/Microsoft.AspNetCore.App/10.0.12/b.dll" })
            Write($"sdk/{file}", file);
        Write("project/Shop.csproj", "<Project />");
        Write("published/Shop", "#!/bin/sh\n");
        Write("published/Shop.dll", "managed");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    ImageApplication Shop => new("Shop", Path.Combine(folder, "published"), "/opt/shop")
    {
        ProjectDirectory = Path.Combine(folder, "project"), ProgramName = "Shop", Service = "shop", File = "/image.imgproj", Line = 7,
    };

    ApplicationSettings Settings => new(Path.Combine(folder, "state"))
    {
        SdkRoot = Path.Combine(folder, "sdk"), SdkArchitecture = "amd64", Architecture = "amd64", PackagerType = "deb", Release = "bookworm",
    };

    ApplicationContent Arrange(params ImageApplication[] applications) => new ApplicationLayout(Settings, listener).Arrange(applications);

    string Fault(string code, params ImageApplication[] applications)
    {
        var error = Assert.Throws<BuildException>(() => Arrange(applications)).Diagnostic;
        Assert.Equal((code, "/image.imgproj", 7), (error.Code, error.File, error.Line));
        return error.Message;
    }

    static string Read(ApplicationContent content, string path) =>
        File.ReadAllText(content.Trees.Select(tree => tree.SourceOf(path)).Single(file => file is not null && new FileInfo(file) is { Exists: true } or { LinkTarget: not null })!);

    [Fact]
    public void A_service_gets_a_confined_unit_that_is_enabled()
    {
        var content = Arrange(Shop with { Ports = ["80/tcp", "9000/udp"], Environment = [new("WITH BLANK", "50% of \"$x\"\\")] });
        var unit = Read(content, "usr/lib/systemd/system/shop.service");
        Assert.Contains("\nExecStart=/opt/shop/Shop\n", unit);
        Assert.Contains("\nDynamicUser=yes\n", unit);
        Assert.Contains("\nStateDirectory=shop\n", unit);
        Assert.Contains("\nProtectSystem=strict\n", unit);
        Assert.Contains("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n", unit);
        Assert.Contains("\nEnvironment=\"WITH BLANK=50%% of \\\"$x\\\"\\\\\"\n", unit);
        var link = Path.Combine(Assert.Single(content.Trees).Directory, "etc/systemd/system/multi-user.target.wants/shop.service");
        Assert.Equal("/usr/lib/systemd/system/shop.service", new FileInfo(link).LinkTarget);
        Assert.Equal(ImageStage.CopyPostScriptsFiles, content.Trees[0].Stage);
    }

    [Theory]
    [InlineData("", "DynamicUser=yes\nStateDirectory")]
    [InlineData("web", "DynamicUser=yes\nUser=web\nStateDirectory")]
    [InlineData("1654:1655", "RestartSec=2s\nUser=1654\nGroup=1655\nStateDirectory")]
    [InlineData("root", "RestartSec=2s\nUser=root\nStateDirectory")]
    public void The_user_is_the_containers_or_one_of_its_own(string user, string expected)
    {
        var unit = Read(Arrange(Shop with { User = user }), "usr/lib/systemd/system/shop.service");
        Assert.Contains(expected, unit);
        Assert.Equal(user != "root", unit.Contains("CapabilityBoundingSet=\n"));
    }

    [Fact]
    public void A_web_application_learns_its_ports_unless_it_says_its_addresses()
    {
        Write("published/Shop.runtimeconfig.json", WebConfiguration);
        Assert.Contains("Environment=ASPNETCORE_HTTP_PORTS=8080\n", Read(Arrange(Shop with { Ports = ["8080"] }), "usr/lib/systemd/system/shop.service"));
        Assert.DoesNotContain("HTTP_PORTS", Read(Arrange(Shop with { Ports = ["8080"], Environment = [new("ASPNETCORE_URLS", "http://*:8080")] }), "usr/lib/systemd/system/shop.service"));
    }

    [Fact]
    public void Units_beside_the_project_are_taken_as_they_are()
    {
        const string unit = "[Service]\nExecStart=/opt/shop/Shop\n";
        Write("project/shop.service", unit);
        Write("project/shop.socket", "[Socket]\nListenStream=80\n\n[Install]\nWantedBy=sockets.target \\\n  other.target\nAlias=web.socket\n");
        var content = Arrange(Shop);
        Assert.Equal(unit, Read(content, "usr/lib/systemd/system/shop.service"));
        var tree = content.Trees.Single().Directory;
        Assert.Equal(
            ["etc/systemd/system/other.target.wants/shop.socket", "etc/systemd/system/sockets.target.wants/shop.socket", "etc/systemd/system/web.socket", "usr/lib/systemd/system/shop.service", "usr/lib/systemd/system/shop.socket"],
            Directory.EnumerateFiles(tree, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(tree, file)).Order(StringComparer.Ordinal));
        Assert.Empty(listener.Warnings);

        // What went from the project goes from the image.
        File.Delete(Path.Combine(folder, "project/shop.socket"));
        Assert.Equal(["shop.service"], Directory.EnumerateFiles(Arrange(Shop).Trees.Single().Directory, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.Equal("IMG1504", Assert.Single(listener.Warnings).Code);
    }

    [Fact]
    public void The_sdks_runtime_is_laid_out_for_programs_that_bring_none()
    {
        Write("published/Shop.runtimeconfig.json", WebConfiguration);
        var content = Arrange(Shop with { Service = "" });
        Assert.Equal(
            ["/usr/lib/dotnet/host/fxr/10.0.12", "/usr/lib/dotnet/shared/Microsoft.AspNetCore.App/10.0.12", "/usr/lib/dotnet/shared/Microsoft.NETCore.App/10.0.12", ""],
            content.Trees.Select(tree => tree.TargetPath));
        Assert.All(content.Trees, tree => Assert.Equal(ImageStage.CopyPostInstallFiles, tree.Stage));
        Assert.Equal("/usr/lib/dotnet\n", Read(content, "etc/dotnet/install_location"));
        Assert.Equal("../lib/dotnet/dotnet", new FileInfo(Path.Combine(content.Trees[^1].Directory, "usr/bin/dotnet")).LinkTarget);
    }

    [Fact]
    public void Without_an_apphost_dotnet_runs_the_program()
    {
        Write("published/Shop.runtimeconfig.json", WebConfiguration);
        File.Delete(Path.Combine(folder, "published/Shop"));
        Assert.Contains("\nExecStart=/usr/bin/dotnet /opt/shop/Shop.dll now\n", Read(Arrange(Shop with { Arguments = ["now"] }), "usr/lib/systemd/system/shop.service"));
    }

    [Fact]
    public void A_runtime_that_the_sdk_lacks_is_an_error_that_says_what_there_is()
    {
        Write("published/Shop.runtimeconfig.json", """{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "8.0.0" } } }""");
        Assert.Contains("has 9.0.1, 10.0.12.", Fault("IMG1502", Shop));
    }

    [Fact]
    public void A_runtime_for_another_processor_is_an_error()
    {
        Write("published/Shop.runtimeconfig.json", WebConfiguration);
        var error = Assert.Throws<BuildException>(() => new ApplicationLayout(Settings with { Architecture = "arm64" }, listener).Arrange([Shop]));
        Assert.Equal("IMG1502", error.Diagnostic.Code);
        var packages = new ApplicationLayout(Settings with { Architecture = "arm64", Runtime = RuntimeOrigin.Package }, listener).Arrange([Shop]).Packages;
        Assert.Equal(["aspnetcore-runtime-10.0", "dotnet-runtime-10.0"], packages);
    }

    [Fact]
    public void Native_packages_follow_the_files_and_the_release()
    {
        File.Copy("/bin/true", Path.Combine(folder, "published/native"));
        File.AppendAllText(Path.Combine(folder, "published/native"), "libicuuc.so libssl.so");
        Assert.Equal(["ca-certificates", "libicu72", "libssl3"], Arrange(Shop).Packages);
        Assert.Contains("Shop needs ca-certificates, libicu72, libssl3: added to the packages", listener.ProgressLines);

        listener.ProgressLines.Clear();
        Assert.Equal(["ca-certificates", "icu-devtools", "openssl"], new ApplicationLayout(Settings with { Release = "" }, listener).Arrange([Shop]).Packages);
        Assert.Empty(listener.ProgressLines);
        Assert.Equal(["libssl3"], new ApplicationLayout(Settings with { Packages = ["ca-certificates", "libicu72"] }, listener).Arrange([Shop]).Packages);
        Assert.Empty(new ApplicationLayout(Settings with { AddsPackages = false }, listener).Arrange([Shop]).Packages);

        Assert.Equal(["ca-certificates", "libssl3"], Arrange(Shop with { IsInvariantGlobalization = true }).Packages);
        Write("published/Shop.runtimeconfig.json", """{ "runtimeOptions": { "includedFrameworks": [], "configProperties": { "System.Globalization.Invariant": true } } }""");
        Assert.Equal(["ca-certificates", "libssl3"], Arrange(Shop).Packages);
    }

    [Fact]
    public void Links_that_lead_nowhere_or_back_are_left_alone()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "published/nowhere"), "/no/such/file");
        Directory.CreateSymbolicLink(Path.Combine(folder, "published/back"), ".");
        Directory.CreateSymbolicLink(Path.Combine(folder, "published/out"), "/");
        Assert.Empty(Arrange(Shop).Packages);
        var record = new InputRecord(Path.Combine(folder, "record.json"));
        string[] inputs = [Path.Combine(folder, "published")];
        record.Write(inputs, "", folder + "/sdk");
        Assert.True(record.IsCurrent(inputs, "", folder + "/sdk"));
    }

    [Theory]
    [InlineData("opt/shop")]
    [InlineData("/")]
    [InlineData("/opt/../etc")]
    public void A_place_that_is_no_directory_below_the_root_is_an_error(string path) => Assert.Contains(path, Fault("IMG1500", Shop with { TargetPath = path }));

    [Fact]
    public void Two_applications_in_one_place_or_with_one_service_are_errors()
    {
        Fault("IMG1500", Shop, Shop with { Service = "another", TargetPath = "/opt/shop/" });
        Fault("IMG1501", Shop, Shop with { TargetPath = "/opt/another" });
        Fault("IMG1501", Shop with { Service = "a/b" });
    }

    [Fact]
    public void A_library_is_no_program()
    {
        File.Delete(Path.Combine(folder, "published/Shop"));
        Fault("IMG1503", Shop);
        Fault("IMG1503", Shop with { ProgramName = "", ProjectDirectory = "" });
    }

    [Fact]
    public void One_application_says_what_a_container_runs_and_two_do_not()
    {
        var container = Arrange(Shop with { Entrypoint = ["./bin/run", "x"], Ports = ["1/udp"], User = "web" }).Container!;
        Assert.Equal(["/opt/shop/bin/run", "x"], container.Entrypoint);
        Assert.Equal(["1/udp"], container.Ports);
        Assert.Equal(("web", "/opt/shop"), (container.User, container.WorkingDirectory));
        Assert.Null(Arrange(Shop, Shop with { Service = "", TargetPath = "/opt/two" }).Container);
    }
}

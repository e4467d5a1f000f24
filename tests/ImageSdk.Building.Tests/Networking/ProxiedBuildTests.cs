using System.Net;
using System.Text;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.Networking;

/// <summary>Builds that reach their sources through a proxy alone, and whose images and keys do not tell of it.</summary>
public class ProxiedBuildTests(BaseImage @base) : IClassFixture<BaseImage>
{
    /// <summary>A name that no resolver knows.</summary>
    const string Host = "packages.example.invalid";

    const string Download = "/usr/lib/apt/apt-helper download-file";

    /// <summary>The base's workspace with workers that see other variables, and other files of the machine.</summary>
    /// <param name="setting">Lines of a shell script that runs in the worker's namespaces before it.</param>
    ImageWorkspace WorkspaceWith(params string[] setting)
    {
        var program = Path.Combine(@base.Workspace.Folder, $"dotnet-{Guid.NewGuid():n}");
        File.WriteAllText(program, $"#!/bin/sh\nunset http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY\n{string.Join('\n', setting)}\nexec '{TestHost.Dotnet}' \"$@\"\n");
        File.SetUnixFileMode(program, (UnixFileMode)Permissions.Program);
        return new ImageWorkspace { Store = @base.Workspace.Store, Workers = new BuildWorkers(TestHost.WorkerAssembly, program) };
    }

    /// <summary>A project with a package and a script that fetches a file, both from <see cref="Host"/>.</summary>
    (ImageProject Project, string Directory, string Folder) NewProject()
    {
        var (project, directory) = @base.New();
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"proxied {Path.GetFileName(directory)}"));
        repository.Add($"sample-{Path.GetFileName(directory)}");
        ImageWorkspace.Write(repository.Folder, "fetched", "content\n");
        ImageWorkspace.Write(directory, "files/etc/apt/sources.list", $"deb [trusted=yes] http://{Host}/ ./\n");
        ImageWorkspace.Write(directory, "scripts/10-fetch", $"#!/bin/sh\nset -e\n{Download} http://{Host}/fetched /opt/fetched\necho \"proxy is $http_proxy, $HTTP_PROXY\"\n");
        return (project with { Packages = [$"sample-{Path.GetFileName(directory)}"] }, directory, repository.Folder);
    }

    void AssertNoTrace(BuildResult result, ImageProject project, string text)
    {
        var store = @base.Workspace.Open();
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var entry in result.Tree.Walk())
            if (entry.Inode is RegularInode { Size: > 0 } file)
            {
                using var content = store.Objects.OpenRead(file.Hash);
                var read = new byte[file.Size];
                content.ReadExactly(read);
                Assert.True(read.AsSpan().IndexOf(bytes) < 0, $"{entry.Path} of {project.Stream} has {text}");
            }
    }

    [ImageTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Packages_and_scripts_go_through_the_proxy_of_the_environment_and_nothing_remembers_it(string address)
    {
        var (project, _, folder) = NewProject();
        using var proxy = new ForwardProxy(folder, address: IPAddress.Parse(address));
        using var workspace = WorkspaceWith($"export http_proxy=http://{proxy.Authority}/");
        var result = await workspace.BuildAndPublishAsync(project);
        Assert.Equal("content\n", workspace.ReadFile(project, "/opt/fetched"));
        Assert.NotNull(result.Find($"/usr/share/{project.Packages[0]}/version"));
        Assert.Contains(proxy.Requests, address => address.EndsWith("Packages", StringComparison.Ordinal));
        Assert.Contains(proxy.Requests, address => address.EndsWith(".deb", StringComparison.Ordinal));
        Assert.Contains(result.Listener.OutputLines, line => line == $"proxy is http://{proxy.Authority}/, http://{proxy.Authority}/");
        AssertNoTrace(result, project, proxy.Authority);
        // Another machine with another way to the network takes the same layers from the cache.
        using var other = WorkspaceWith("export https_proxy=http://192.0.2.7:1/");
        Assert.DoesNotContain((await other.BuildAsync(project)).Ran, stage => stage is ImageStage.InstallPackages or ImageStage.RunScripts);
    }

    [ImageFact]
    public async Task Proxies_of_apts_configuration_serve_packages_and_scripts()
    {
        var (project, directory, folder) = NewProject();
        using var proxy = new ForwardProxy(folder);
        var settings = Path.Combine(@base.Workspace.Folder, $"apt.conf.d-{Path.GetFileName(directory)}");
        ImageWorkspace.Write(settings, "proxies", $"Acquire::http::Proxy \"http://{proxy.Authority}/\";\nAcquire::http::Proxy::direct.example.invalid \"DIRECT\";\n");
        // In the worker's own namespace, which no other process sees.
        using var workspace = WorkspaceWith($"mount --bind '{settings}' /etc/apt/apt.conf.d");
        var result = await workspace.BuildAndPublishAsync(project);
        Assert.Equal("content\n", workspace.ReadFile(project, "/opt/fetched"));
        Assert.Contains(proxy.Requests, address => address.EndsWith(".deb", StringComparison.Ordinal));
        AssertNoTrace(result, project, proxy.Authority);
        Assert.Null(result.Find("/run/imagesdk-apt.conf"));
    }

    [ImageTheory]
    [InlineData(Host)]
    [InlineData(".example.invalid")]
    [InlineData("example.invalid")]
    [InlineData("*")]
    public async Task Hosts_of_no_proxy_are_reached_without_it(string list)
    {
        var (project, directory, folder) = NewProject();
        File.Delete(Path.Combine(directory, "scripts/10-fetch"));
        using var proxy = new ForwardProxy(folder);
        using var workspace = WorkspaceWith($"export http_proxy=http://{proxy.Authority} no_proxy='localhost,{list}'");
        await workspace.FailAsync(project);
        Assert.Empty(proxy.Requests);
    }

    [ImageFact]
    public async Task Credentials_of_a_proxy_are_used_and_masked()
    {
        const string password = "pa/ss word-of-proxy";
        var (project, directory, folder) = NewProject();
        ImageWorkspace.Write(directory, "scripts/20-fail", "#!/bin/sh\necho \"at $http_proxy\"\necho pa/ss word-of-proxy\nprintf 'user:pa/ss word-of-proxy' | base64\nexit 3\n");
        using var proxy = new ForwardProxy(folder, $"user:{password}");
        var address = $"http://user:{Uri.EscapeDataString(password)}@{proxy.Authority}";
        using var workspace = WorkspaceWith($"export http_proxy='{address}'");
        var listener = new RecordingListener();
        var failure = await workspace.FailAsync(project);
        Assert.Contains(proxy.Requests, request => request.EndsWith(".deb", StringComparison.Ordinal));
        Assert.Contains(proxy.Requests, request => request.EndsWith("/fetched", StringComparison.Ordinal));
        foreach (var secret in new[] { password, Uri.EscapeDataString(password), Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{password}")) })
            Assert.DoesNotContain(secret, failure.Message);
        Assert.Contains("at http://***@", failure.Message);
    }

    [ImageFact]
    public async Task A_script_that_writes_the_proxy_into_the_image_is_warned_of()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/10", "#!/bin/sh\necho \"http_proxy=$http_proxy\" > /etc/environment\n");
        using var workspace = WorkspaceWith("export http_proxy=http://proxy.example.invalid:3128");
        var result = await workspace.BuildAsync(project);
        var warning = Assert.Single(result.Listener.Warnings, warning => warning.Code == "IMG3120");
        Assert.Contains("/etc/environment has the address of a proxy", warning.Message);
    }

    [ImageFact]
    public async Task A_project_with_a_proxy_of_its_own_gets_none_of_the_machines()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/10", "#!/bin/sh\nenv | grep -i proxy\n");
        using var workspace = WorkspaceWith("export http_proxy=http://proxy.example.invalid:3128");
        var result = await workspace.BuildAsync(project with { Variables = [new("https_proxy", "http://own.example.invalid:1")] });
        Assert.Contains("https_proxy=http://own.example.invalid:1", result.Listener.OutputLines);
        Assert.DoesNotContain(result.Listener.OutputLines, line => line.Contains("proxy.example.invalid", StringComparison.Ordinal));
    }

    [ImageFact]
    public async Task Without_the_network_scripts_see_no_proxy()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/10", "#!/bin/sh\n! env | grep -i proxy\n");
        using var workspace = WorkspaceWith("export http_proxy=http://proxy.example.invalid:3128");
        await workspace.BuildAsync(project with { Sandbox = project.Sandbox with { ScriptsNetwork = false } });
    }
}

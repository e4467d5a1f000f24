using System.Diagnostics;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Imaginator.Options;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Engine;

/// <summary>Builds with the engine: a bootstrap stream, a base on it and an application on that, from a repository.</summary>
public sealed class EngineBuildTests
{
    const string Secret = "streng-geheim-4711";

    static readonly (string, string)[] tree =
    [
        ("base/manifest", """{"SourceImage": "boot/small", "FilterLines": ["/etc/left-out"]}"""),
        ("base/files/etc/base.conf", "base\n"),
        ("base/files/etc/left-out", "x\n"),
        ("base/filter", "/tmp/.*\n"),
        ("app/manifest", """{"SourceImage": "$BASE", "SourceImageBuildVariables": {"COLOUR": "blue"}}"""),
        ("app/files/etc/app.conf", "app\n"),
        ("app/scripts/10env", "#!/bin/sh\nenv > /etc/env\necho \"colour ${COLOUR:-none}\"\n"),
        ("app/post-cleanup-scripts/10late", "#!/bin/sh\ntouch /etc/late\n"),
        ("app/tests/hello", "#!/bin/sh\ntest -f /etc/late && echo all is well\n"),
        ("app/tags.json", """{"Greeting": "$GREETING", "None": "$NONE"}"""),
        ("app/filter.add", "/var/tmp/.*\n"),
    ];

    static Repository Configure(Folder folder, string extra = "")
    {
        var repository = Repository.Create(folder["répo"]);
        repository.Commit(tree);
        folder.Write("streams.json", $$"""
            {"Streams": {
              "base/small": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "$IMAGE_STREAM_DIRECTORY_NAME"},
              "app/small": {"ManifestUrl": "file://{{folder["$PLACE"]}}", "ManifestDirectory": "$IMAGE_STREAM_DIRECTORY_NAME", "BuilderGroups": ["team"],
                            "Variables": {"BASE": "base/small", "GREETING": "hi from $IMAGE_STREAM"} } } }
            """);
        folder.Write("variables.json", $$"""{"PLACE": "répo", "PASSWORD": "{{Secret}}"}""");
        folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, {extra} \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
        return repository;
    }

    static string Read(TestImaginator imaginator, Image image, string path)
    {
        var inode = Assert.IsType<RegularInode>(image.FileSystem!.Index.Find(path));
        using var reader = new StreamReader(new ObjectStore(imaginator.Server.ObjectDirectory).OpenRead(inode.Hash));
        return reader.ReadToEnd();
    }

    [EngineFact]
    public async Task A_tree_of_streams_is_built_on_request()
    {
        var repository = default(Repository)!;
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            repository = Configure(folder);
            options.VariablesFile = folder["variables.json"];
        });
        var images = await imaginator.Server.ConnectImagesAsync();
        var (response, log) = await imaginator.BuildAsync("app/small", request => request with { Variables = new Dictionary<string, string> { ["EXTRA"] = "42" } });
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + "\n" + log);
        var image = (await images.GetImageAsync(response.ImageName))!;
        // What it is built on was built first.
        Assert.StartsWith("base/small/", image.SourceImage, StringComparison.Ordinal);
        var source = (await images.GetImageAsync(image.SourceImage))!;
        Assert.StartsWith("boot/small/", source.SourceImage, StringComparison.Ordinal);
        var boot = (await images.GetImageAsync(source.SourceImage))!;
        Assert.Equal(("", "Small"), (boot.SourceImage, boot.Tags!["Os"]));
        Assert.Equal([new Package("small", "1.0", 7168)], boot.Packages);
        Assert.Null(boot.FileSystem!.Index.Find("/var/log/noise"));
        Assert.Null(boot.Filter);
        Assert.Equal(["/tmp/.*"], source.Filter!.Lines);
        Assert.Null(source.FileSystem!.Index.Find("/etc/left-out"));
        // The image itself.
        Assert.Equal(["/tmp/.*", "/var/tmp/.*"], image.Filter!.Lines);
        Assert.Equal([("Greeting", "hi from app/small")], image.Tags!.Select(tag => (tag.Key, tag.Value)));
        Assert.Equal(("master", repository.Git("rev-parse", "HEAD"), $"file://{imaginator.Folder["$PLACE"]}"), (image.BuildBranch, image.BuildCommitId, image.BuildGitUrl));
        Assert.Equal(("base\n", "app\n", ""), (Read(imaginator, image, "/etc/base.conf"), Read(imaginator, image, "/etc/app.conf"), image.CreatedFor));
        Assert.NotNull(image.FileSystem!.Index.Find("/etc/late"));
        var environment = Read(imaginator, image, "/etc/env").Split('\n');
        Assert.Superset(new HashSet<string>
        {
            "ARCH=amd64", "EXTRA=42", "GREETING=hi from app/small", "IMAGE_STREAM=app/small", "IMAGE_STREAM_DIRECTORY_NAME=app", "IMAGE_STREAM_LEAF_NAME=small",
            $"MANIFEST_GIT_COMMIT_ID={image.BuildCommitId}", "HOME=/", "USER=root",
        }, environment.ToHashSet());
        Assert.DoesNotContain(environment, line => line.StartsWith("REQUESTED_GIT_BRANCH", StringComparison.Ordinal) || line.StartsWith("PASSWORD", StringComparison.Ordinal));
        Assert.Contains("all is well", log, StringComparison.Ordinal);
        Assert.Contains("colour none", log, StringComparison.Ordinal);
        using (var kept = new StreamReader(new ObjectStore(imaginator.Server.ObjectDirectory).OpenRead(image.BuildLog!.Object!.Value)))
            Assert.Contains("colour none", await kept.ReadToEndAsync(), StringComparison.Ordinal);
        // Again: another image with the same tree, and nothing is built a second time.
        var began = Stopwatch.GetTimestamp();
        var (again, secondLog) = await imaginator.BuildAsync("app/small", request => request with { Variables = new Dictionary<string, string> { ["EXTRA"] = "42" } });
        Assert.NotEqual(response.ImageName, again.ImageName);
        Assert.Equal(TreeHash.Compute(image.FileSystem), TreeHash.Compute((await images.GetImageAsync(again.ImageName))!.FileSystem!));
        Assert.DoesNotContain("building it", secondLog, StringComparison.Ordinal);
        // Another branch.
        repository.Git("checkout", "--quiet", "-b", "topic");
        repository.Commit(("app/files/etc/app.conf", "topic\n"));
        var (topic, topicLog) = await imaginator.BuildAsync("app/small", request => request with { GitBranch = "topic" });
        Assert.True(topic.ErrorString.Length == 0, topic.ErrorString + topicLog);
        var topicImage = (await images.GetImageAsync(topic.ImageName))!;
        Assert.Equal(("topic", "topic\n"), (topicImage.BuildBranch, Read(imaginator, topicImage, "/etc/app.conf")));
        Assert.Contains("REQUESTED_GIT_BRANCH=topic", Read(imaginator, topicImage, "/etc/env"), StringComparison.Ordinal);
        AssertNothingIsLeft(imaginator);
        AssertSecretIsNowhere(imaginator);
    }

    [EngineFact]
    public async Task What_fails_is_told_with_the_manifest_s_own_names()
    {
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            Configure(folder).Commit(("app/scripts/20fail", $"#!/bin/sh\necho {Secret} >&2\nexit 3\n"));
            options.VariablesFile = folder["variables.json"];
        });
        var (response, log) = await imaginator.BuildAsync("app/small");
        Assert.Contains("20fail", response.ErrorString, StringComparison.Ordinal);
        Assert.DoesNotContain(imaginator.Folder.Path, response.ErrorString, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, response.ErrorString + log, StringComparison.Ordinal);
        var (unknown, _) = await imaginator.BuildAsync("app/small", request => request with { GitBranch = "nosuch" });
        Assert.Contains("no branch, tag or commit \"nosuch\"", unknown.ErrorString, StringComparison.Ordinal);
        AssertNothingIsLeft(imaginator);
    }

    [GoEngineFact]
    public async Task The_original_s_builder_tool_builds_for_a_user_and_an_administrator()
    {
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            Configure(folder);
            options.VariablesFile = folder["variables.json"];
            UseCertificates(options, folder);
        });
        string Tool(int expected, string user, params string[] arguments)
        {
            var start = new ProcessStartInfo(Path.Combine(GoTools.Root!, "builder-tool"), [
                $"-certDirectory={imaginator.Folder[$"site/users/{user}"]}", "-imaginatorHostname=127.0.0.1", $"-imaginatorPortNum={imaginator.Port}", .. arguments,
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["http_proxy"] = "http://127.0.0.1:1";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == expected, $"{process.ExitCode}: {output}{errors.Result}");
            return output + errors.Result;
        }
        Assert.Matches("^base/small/[0-9:-]+\n$", Tool(0, "admin", "build-image", "base/small"));
        Assert.Matches("^app/small/[0-9:-]+\n$", Tool(0, "bob", "build-image", "app/small"));
        Assert.Contains("no permission to build: base/small", Tool(1, "bob", "build-image", "base/small"), StringComparison.Ordinal);
        Assert.Contains("no permission to build: boot/small", Tool(1, "bob", "build-image", "boot/small"), StringComparison.Ordinal);
        Assert.Contains("maximum expiration time is 1d0s", Tool(1, "bob", "-expiresIn=48h", "build-image", "app/small"), StringComparison.Ordinal);
        Assert.Contains("unknown stream: none", Tool(1, "admin", "build-image", "none"), StringComparison.Ordinal);
        Assert.Contains("Uploaded app/small/", Tool(0, "admin", "-alwaysShowBuildLog", "build-image", "app/small"), StringComparison.Ordinal);
        Tool(0, "admin", $"-imageFilename={imaginator.Folder["returned"]}", "build-image", "app/small");
        Assert.True(new FileInfo(imaginator.Folder["returned"]).Length > 1000);
        Assert.Contains("\"app/small\": \"base/small\"", Tool(0, "bob", "get-dependencies"), StringComparison.Ordinal);
        Assert.Contains("\"app/small\" -> \"base/small\"", Tool(0, "bob", "get-digraph"), StringComparison.Ordinal);
        Assert.Contains("access to method denied", Tool(1, "bob", "disable-build-requests"), StringComparison.Ordinal);
        Tool(0, "admin", "disable-build-requests");
        Assert.Contains("builds disabled until ", Tool(1, "admin", "build-image", "app/small"), StringComparison.Ordinal);
        Tool(0, "admin", "enable-build-requests");
        Tool(0, "admin", "-waitForAutoRebuilds", "start-auto-builds");
        var image = (await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new())).Order(StringComparer.Ordinal).Last(name => name.StartsWith("app/small", StringComparison.Ordinal));
        Assert.Equal("admin", (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(image))!.CreatedFor);
    }

    internal static void UseCertificates(ImaginatorOptions options, Folder folder)
    {
        var terms = new CertificateTerms("authority") { NotBefore = DateTimeOffset.UtcNow.AddMinutes(-5), NotAfter = DateTimeOffset.UtcNow.AddDays(1) };
        using var authority = CertificateAuthority.Create(terms);
        var site = new CertificateSite(folder["site"]);
        site.AddAuthority(authority);
        using var server = authority.Issue(terms with { Name = "imaginator", Hosts = ["127.0.0.1"], Methods = ["*.*"] });
        using var admin = authority.Issue(terms with { Name = "admin", Methods = ["*.*"] });
        using var worker = authority.Issue(terms with { Name = "worker", Methods = ["ImaginatorWorkers.GetSetup"] });
        using var bob = authority.Issue(terms with { Name = "bob", Groups = ["team"] });
        site.AddServer("imaginator", server);
        site.AddUser("admin", admin);
        site.AddUser("bob", bob);
        site.AddServer("worker", worker);
        site.AddServer("powerless", bob);
        site.Write();
        (options.AuthoritiesFile, options.CertificateFile, options.KeyFile) = (folder["site/CA.pem"], folder["site/imaginator/cert.pem"], folder["site/imaginator/key.pem"]);
        options.PermitInsecureMode = false;
    }

    [EngineFact]
    public async Task What_a_command_prints_of_a_secret_variable_is_in_no_log_of_layers_and_images()
    {
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            var repository = Repository.Create(folder["repo"]);
            // Whole it is in what it prints alone.
            var half = Secret.Length / 2;
            repository.Commit(("telling/manifest", """{"SourceImage": "boot/small"}"""), ("telling/scripts/10say", $"#!/bin/sh\nprintf 'it is %s%s\\n' '{Secret[..half]}' '{Secret[half..]}'\n"));
            folder.Write("streams.json", $$"""{"Streams": {"telling": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "telling"}, "again": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "telling"} } }""");
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
            options.VariablesFile = folder.Write("variables.json", $$"""{"PASSWORD": "{{Secret}}", "LATER": "none yet"}""");
        });
        await TellAsync("telling", "it is ***");
        AssertSecretIsNowhere(imaginator);
        // A layer that is older than the secret.
        imaginator.Folder.Write("variables.json", """{"PASSWORD": "another one"}""");
        await Wait.UntilAsync(() => !imaginator.Daemon.Parts.Variables.Current.ContainsKey("LATER"));
        imaginator.Folder.Write("repo/telling/scripts/10say", File.ReadAllText(imaginator.Folder["repo/telling/scripts/10say"]) + "# changed\n");
        new Repository(imaginator.Folder["repo"]).Commit();
        await TellAsync("telling", $"it is {Secret}");
        imaginator.Folder.Write("variables.json", $$"""{"PASSWORD": "{{Secret}}", "LATER": "none yet"}""");
        await Wait.UntilAsync(() => imaginator.Daemon.Parts.Variables.Current.ContainsKey("LATER"));
        await TellAsync("again", "it is ***");
        await TellAsync("telling", "it is ***");

        async Task TellAsync(string stream, string expected)
        {
            var (response, log) = await imaginator.BuildAsync(stream);
            Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
            var image = (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(response.ImageName))!;
            using var reader = new StreamReader(new ObjectStore(imaginator.Server.ObjectDirectory).OpenRead(image.BuildLog!.Object!.Value));
            var kept = await reader.ReadToEndAsync();
            Assert.Contains(expected, kept, StringComparison.Ordinal);
            Assert.Equal(expected.Contains(Secret, StringComparison.Ordinal), kept.Contains(Secret, StringComparison.Ordinal));
        }
    }

    static void AssertNothingIsLeft(TestImaginator imaginator)
    {
        Assert.Empty(Directory.Exists(imaginator.Folder["state/outgoing"]) ? Directory.GetFileSystemEntries(imaginator.Folder["state/outgoing"]) : []);
        Assert.DoesNotContain(imaginator.Folder.Path.Replace(" ", "\\040", StringComparison.Ordinal), File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
    }

    static void AssertSecretIsNowhere(TestImaginator imaginator)
    {
        Assert.DoesNotContain(imaginator.LogLines, line => line.Contains(Secret, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(imaginator.Folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("/variables.json", StringComparison.Ordinal)))
            Assert.True(Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0, file);

        // Layers have devices that stand for what they remove.
        static byte[] Read(string file)
        {
            try
            {
                return File.ReadAllBytes(file);
            }
            catch (IOException)
            {
                return [];
            }
        }
    }
}

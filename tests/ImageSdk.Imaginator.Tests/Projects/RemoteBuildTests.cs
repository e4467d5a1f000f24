using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>Builds of projects by an imaginator, with the engine.</summary>
public sealed class RemoteBuildTests
{
    static async Task<TestImaginator> StartAsync(bool withTls = false)
    {
        var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}}}");
            if (withTls)
                EngineBuildTests.UseCertificates(options, folder);
        });
        var client = withTls ? new SrpcClientOptions { Certificates = ClientCertificates.Load(imaginator.Folder["site/users/admin"], DateTimeOffset.UtcNow) } : null;
        var boot = await (await imaginator.ConnectAsync(client)).BuildImageAsync(new() { StreamName = "boot/small", ExpiresIn = TimeSpan.FromHours(1) }, _ => ValueTask.CompletedTask);
        Assert.Equal("", boot.ErrorString);
        return imaginator;
    }

    static void Script(Folder folder, string name, string text) => File.SetUnixFileMode(folder.Write(name, text), (UnixFileMode)0b111_101_101);

    static Image Read(ImageProject project)
    {
        using var file = File.OpenRead(project.ImageFile);
        return ImageFile.Read(file);
    }

    [EngineFact]
    public async Task A_project_is_built_there_and_its_record_comes_back()
    {
        await using var imaginator = await StartAsync(withTls: true);
        var folder = imaginator.Folder;
        var laptop = new Laptop(folder, $"127.0.0.1:{imaginator.Port}") { CertificateDirectory = folder["site/users/admin"], AuthoritiesFile = folder["site/CA.pem"] };
        folder.Write("häns/files/etc/app.conf", "app\n");
        File.CreateSymbolicLink(folder["häns/files/etc/link"], "/etc/passwd");
        folder.Write("elsewhere/10 späte", "#!/bin/sh\ncat /run/secrets/token > /dev/null && echo \"secret is $(cat /run/secrets/token)\"\n");
        File.SetUnixFileMode(folder["elsewhere/10 späte"], (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(folder["elsewhere/20-link"], "10 späte");
        Script(folder, "häns/scripts/10make", "#!/bin/sh\necho making\ncp /etc/app.conf /etc/made\n");
        folder.Write("secret.txt", "streng-geheim");
        var project = laptop.Project("häns") with
        {
            Scripts = [new(folder["elsewhere/10 späte"], Contracts.Stages.ImageStage.RunScripts), new(folder["elsewhere/20-link"], Contracts.Stages.ImageStage.RunPreInstallScripts)],
            Sandbox = new() { Secrets = [new("token", folder["secret.txt"], null)] },
            Attestations = [AttestationKinds.Spdx],
        };
        var unsure = new Laptop(folder, $"127.0.0.1:{imaginator.Port}") { CertificateDirectory = folder["site/users/admin"] };
        Assert.Equal("IMG2361", (await Assert.ThrowsAsync<BuildException>(() => unsure.BuildAsync(project))).Diagnostic.Code);
        await laptop.BuildAsync(project, artifacts: [new("tar", new Dictionary<string, string>(), folder["häns/bin"])]);
        var image = Read(project);
        Assert.NotNull(image.FileSystem!.Index.Find("/etc/made"));
        Assert.IsType<SymlinkInode>(image.FileSystem.Index.Find("/etc/link"));
        Assert.Contains("making", laptop.Lines);
        Assert.Contains(laptop.Notes, note => note.StartsWith("RunScripts: ", StringComparison.Ordinal));
        Assert.DoesNotContain(laptop.Lines, line => line.Contains("streng-geheim", StringComparison.Ordinal));
        Assert.True(new FileInfo(folder["häns/bin/häns.tar"]).Length > 10_000);
        Assert.True(File.Exists(folder["häns/bin/häns.spdx.json"]));
        Assert.DoesNotContain(folder["state"], File.ReadAllText(project.ImageFile + ".json"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder["state"], "*", SearchOption.AllDirectories), file => Contains(file, "streng-geheim"));
        // Again, without changes: no file goes there, and none comes back.
        var tar = File.GetLastWriteTimeUtc(folder["häns/bin/häns.tar"]);
        laptop.Lines.Clear();
        await laptop.BuildAsync(project, artifacts: [new("tar", new Dictionary<string, string>(), folder["häns/bin"])]);
        Assert.DoesNotContain(laptop.Lines, line => line.StartsWith("Sending ", StringComparison.Ordinal) || line == "making");
        Assert.Equal(tar, File.GetLastWriteTimeUtc(folder["häns/bin/häns.tar"]));
        // One file.
        folder.Write("häns/files/etc/app.conf", "other\n");
        await laptop.BuildAsync(project);
        Assert.Contains(laptop.Lines, line => line.StartsWith("Sending 2 of ", StringComparison.Ordinal));
    }

    static bool Contains(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // A device that stands for what a layer removes.
            return false;
        }
    }

    [EngineFact]
    public async Task A_project_stands_on_another_that_was_built_there()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        var laptop = new Laptop(folder, $"127.0.0.1:{imaginator.Port}");
        folder.Write("base/files/etc/base.conf", "base\n");
        var lower = laptop.Project("base");
        await laptop.BuildAsync(lower);
        folder.Write("app/files/etc/app.conf", "app\n");
        var upper = laptop.Project("app", source: "");
        await laptop.BuildAsync(upper, [lower.ImageFile]);
        Assert.NotNull(Read(upper).FileSystem!.Index.Find("/etc/base.conf"));
        Assert.NotNull(Read(upper).FileSystem!.Index.Find("/etc/app.conf"));
        // Not with one that was built elsewhere, or is forgotten there.
        File.WriteAllText(lower.ImageFile + ".json", File.ReadAllText(lower.ImageFile + ".json").Replace($"127.0.0.1:{imaginator.Port}", "other:6975", StringComparison.Ordinal));
        Assert.Equal("IMG2360", (await Assert.ThrowsAsync<BuildException>(() => laptop.BuildAsync(upper, [lower.ImageFile]))).Diagnostic.Code);
        await laptop.BuildAsync(lower);
        Directory.Delete(folder["state/projects/results"], recursive: true);
        Assert.Equal("IMG7369", (await Assert.ThrowsAsync<BuildException>(() => laptop.BuildAsync(upper, [lower.ImageFile]))).Diagnostic.Code);
    }

    [EngineFact]
    public async Task What_fails_there_is_an_error_of_the_file_here()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        var laptop = new Laptop(folder, $"127.0.0.1:{imaginator.Port}");
        Script(folder, "app/scripts/20 fail", "#!/bin/sh\necho it broke\nexit 3\n");
        var failure = (await Assert.ThrowsAsync<BuildException>(() => laptop.BuildAsync(laptop.Project("app")))).Diagnostic;
        Assert.Equal(folder["app/scripts/20 fail"], failure.File);
        Assert.DoesNotContain(folder["state"], failure.Message, StringComparison.Ordinal);
        Assert.Contains("it broke", laptop.Lines);
        Assert.False(File.Exists(folder["app/bin/app.image"]));
        Assert.Contains(imaginator.Daemon.Parts.Archive.List(), build => build.Info.Error.Contains(failure.Code, StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task Who_cancels_ends_the_build_there_too()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        var laptop = new Laptop(folder, $"127.0.0.1:{imaginator.Port}");
        Script(folder, "app/scripts/10wait", "#!/bin/sh\necho waiting\nread -r x < /dev/zero\nwhile :; do :; done\n");
        using var cancel = new CancellationTokenSource();
        var building = laptop.BuildAsync(laptop.Project("app"), cancellation: cancel.Token);
        for (var left = 600; !laptop.Lines.ToArray().Contains("waiting"); left--)
        {
            Assert.True(left > 0 && !building.IsCompleted, "it does not run");
            await Task.Delay(50);
        }
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        for (var left = 600; ; left--)
        {
            var job = (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Limit = 1 }))[0];
            if (job.State == JobState.Cancelled)
                break;
            Assert.True(left > 0, $"it goes on: {job.State}");
            await Task.Delay(50);
        }
    }
}

using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>The service RemoteBuilder: who may call it, and what it takes.</summary>
public sealed class RemoteBuilderServiceTests
{
    const string Streams = """{"StreamPatterns": {"users/.*": {"BuilderGroups": ["team"]}, "closed/.*": {"BuilderUsers": ["carol"]} } }""";

    static byte[] Some(string text) => Encoding.UTF8.GetBytes(text);

    static async Task<SrpcConnection> ConnectAsync(TestImaginator imaginator) => await new SrpcDialer(new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{imaginator.Port}"));

    [Fact]
    public async Task Objects_are_taken_once_and_by_their_hash()
    {
        await using var imaginator = await TestImaginator.StartAsync();
        await using var connection = await ConnectAsync(imaginator);
        var client = new RemoteBuilderClient(connection);
        ObjectHash[] hashes = [ObjectHash.Of(Some("one")), ObjectHash.Of(Some("two"))];
        Assert.Equal([0, 1], await client.FindMissingAsync(hashes));
        await using (var upload = await client.AddObjectsAsync())
        {
            await upload.AddAsync(Some("one"), hashes[0]);
            await upload.AddAsync(Some("forged"), hashes[1]);
            await Assert.ThrowsAsync<SrpcException>(upload.FinishAsync);
        }
        Assert.Equal([1], await client.FindMissingAsync(hashes));
        // The last file of a call that breaks off is not there, and nothing of it.
        await using (var other = await ConnectAsync(imaginator))
        {
            await using var upload = await new RemoteBuilderClient(other).AddObjectsAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => upload.AddAsync(new MemoryStream(Some("t")), 3, hashes[1]));
        }
        Assert.Equal([1], await client.FindMissingAsync(hashes));
        for (var left = 200; Directory.EnumerateFiles(imaginator.Folder["state/projects/objects"], "*~").Any(); left--)
        {
            Assert.True(left > 0, "something is left");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task What_is_too_large_or_has_no_hash_ends_the_connection()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (options, _) => options.ProjectQuota = 1000);
        foreach (var (length, hash) in new (long, ObjectHash?)[] { (2000, ObjectHash.Of(new byte[2000])), (10, null), (long.MaxValue, ObjectHash.Of(Some("x"))) })
        {
            await using var connection = await ConnectAsync(imaginator);
            await using var call = await connection.OpenCallAsync("RemoteBuilder.AddObjects");
            await call.WriteAsync(AddObjectRequest.Gob, new() { Length = (ulong)length, ExpectedHash = hash });
            await call.FlushAsync();
            Assert.Contains("is not taken", (await call.ReadAsync(AddObjectResponse.Gob)).ErrorString, StringComparison.Ordinal);
        }
        Assert.True(!Directory.Exists(imaginator.Folder["state/projects/objects"]) || !Directory.EnumerateFiles(imaginator.Folder["state/projects/objects"], "*", SearchOption.AllDirectories).Any());
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_first()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (options, _) => options.ProjectQuota = 1000);
        await using var connection = await ConnectAsync(imaginator);
        var client = new RemoteBuilderClient(connection);
        byte[][] contents = [.. Enumerable.Range(0, 4).Select(number => Enumerable.Repeat((byte)number, 300).ToArray())];
        ObjectHash[] hashes = [.. contents.Select(content => ObjectHash.Of(content))];
        for (var number = 0; number < 4; number++)
        {
            if (number == 3)
            {
                await Task.Delay(20);
                await client.FindMissingAsync([hashes[0]]);
            }
            await using var upload = await client.AddObjectsAsync();
            await upload.AddAsync(contents[number], hashes[number]);
            await upload.FinishAsync();
            await Task.Delay(20);
        }
        imaginator.Daemon.Parts.ProjectObjects.Trim();
        Assert.Equal([1], await client.FindMissingAsync(hashes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"Project\": {}, \"Artifacts\": []}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task What_is_no_project_is_refused_and_the_connection_goes_on(string json)
    {
        await using var imaginator = await TestImaginator.StartAsync();
        await using var connection = await ConnectAsync(imaginator);
        var client = new RemoteBuilderClient(connection);
        foreach (var tree in (byte[][])[Some("no tree"), [1, 2, 3]])
        {
            var hash = ObjectHash.Of(tree);
            await using (var upload = await client.AddObjectsAsync())
            {
                await upload.AddAsync(tree, hash);
                await upload.FinishAsync();
            }
            var response = await client.BuildAsync(new() { Project = Some(json), Tree = hash }, _ => { }, (_, _) => Task.CompletedTask);
            Assert.Equal((BuildProjectNews.Error, "IMG7367"), (response.News, response.Code));
        }
        Assert.Equal(BuildProjectNews.Missing, (await client.BuildAsync(new() { Project = Some(json), Tree = ObjectHash.Of(Some("none")) }, _ => { }, (_, _) => Task.CompletedTask)).News);
    }

    [Fact]
    public async Task Who_may_have_a_stream_built_may_have_a_project_of_it_built()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, configure: EngineBuildTests.UseCertificates);
        var folder = imaginator.Folder;
        async Task<string> CodeOf(string user, string stream)
        {
            var laptop = new Laptop(folder, $"127.0.0.1:{imaginator.Port}") { CertificateDirectory = folder[$"site/users/{user}"], AuthoritiesFile = folder["site/CA.pem"] };
            return (await Assert.ThrowsAsync<BuildException>(() => laptop.BuildAsync(laptop.Project("app") with { Stream = stream, Sandbox = new() { Capabilities = ["CAP_SYS_ADMIN"] } }))).Diagnostic.Code;
        }
        // Past the rules about users comes the one about capabilities.
        Assert.Equal("IMG7368", await CodeOf("bob", "users/app"));
        Assert.Equal("IMG7368", await CodeOf("admin", "other/app"));
        Assert.Equal("IMG7364", await CodeOf("bob", "other/app"));
        Assert.Equal("IMG7364", await CodeOf("bob", "closed/app"));
        File.WriteAllText(folder["streams.json"], "{}");
        for (var left = 200; await CodeOf("bob", "users/app") != "IMG7364"; left--)
        {
            Assert.True(left > 0, "bob may still");
            await Task.Delay(50);
        }
        var none = new Laptop(folder, $"127.0.0.1:{imaginator.Port}");
        Assert.Equal("IMG7363", (await Assert.ThrowsAsync<BuildException>(() => none.BuildAsync(none.Project("app")))).Diagnostic.Code);
    }

    [GoImaginatorFact]
    public async Task The_original_s_imaginator_builds_no_projects_and_the_error_says_so()
    {
        await using var imaginator = await GoImaginator.StartAsync(folder => $"\"ImageStreamsUrl\": \"file://{folder.Write("streams.json", "{}")}\"");
        var laptop = new Laptop(imaginator.Folder, $"127.0.0.1:{imaginator.Port}") { CertificateDirectory = imaginator.Certificates, AuthoritiesFile = imaginator.Folder["site/CA.pem"] };
        var failure = (await Assert.ThrowsAsync<BuildException>(() => laptop.BuildAsync(laptop.Project("app")))).Diagnostic;
        Assert.Equal("IMG7365", failure.Code);
    }
}

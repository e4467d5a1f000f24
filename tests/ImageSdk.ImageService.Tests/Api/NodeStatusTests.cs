using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>What is said of build nodes, which a script answers for in the place of ssh.</summary>
public sealed class NodeStatusTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk ssh é ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Ssh(string script)
    {
        var file = Path.Combine(folder, "ssh");
        File.WriteAllText(file, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/arguments'\n{script}\n");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        return file;
    }

    [Fact]
    public async Task A_node_that_answers_can_run_jobs()
    {
        await using var service = await TestService.StartAsync(ssh: Ssh("echo aarch64; echo yes; echo 3"));
        await service.SendAsync("POST", "/v3/remote-build-nodes", new { xname = "-oProxyCommand=touch x" });
        var status = Assert.Single((await service.SendAsync("GET", "/v3/remote-build-nodes/status")).Json!.AsArray())!;
        Assert.Equal(["ableToRunJobs", "nodeArch", "numCurrentJobs", "podmanStatus", "sshStatus", "xname"], status.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("aarch64", 3, true), (status["nodeArch"]!.GetValue<string>(), status["numCurrentJobs"]!.GetValue<int>(), status["ableToRunJobs"]!.GetValue<bool>()));
        var arguments = File.ReadAllLines(Path.Combine(folder, "arguments"));
        Assert.Equal("--", arguments[Array.IndexOf(arguments, "-oProxyCommand=touch x") - 1]);
    }

    [Theory]
    [InlineData("echo 'ssh: connect to host x port 22: Connection refused' >&2; exit 255", "Unable to connect to node. Error: ssh: connect to host x port 22: Connection refused")]
    [InlineData("exit 255", "Unable to connect to node. Error: ssh ended with 255")]
    [InlineData("echo nonsense", "Unable to connect to node. Error: ssh ended with 0")]
    public async Task A_node_that_does_not_answer_says_why(string script, string expected)
    {
        await using var service = await TestService.StartAsync(ssh: Ssh(script));
        await service.SendAsync("POST", "/v3/remote-build-nodes", new { xname = "x" });
        var answer = await service.SendAsync("GET", "/v3/remote-build-nodes/status/x");
        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(new JsonObject
        {
            ["xname"] = "x", ["sshStatus"] = expected, ["podmanStatus"] = "Unknown", ["nodeArch"] = "Unknown", ["numCurrentJobs"] = -1, ["ableToRunJobs"] = false,
        }, answer.Json), answer.Body);
        Assert.Equal(404, (await service.SendAsync("GET", "/v3/remote-build-nodes/status/none")).Status);
    }

    [Fact]
    public async Task Without_ssh_the_package_is_named()
    {
        await using var service = await TestService.StartAsync(ssh: Path.Combine(folder, "none"));
        await service.SendAsync("POST", "/v3/remote-build-nodes", new { xname = "x" });
        Assert.Contains("openssh-client", (await service.SendAsync("GET", "/v3/remote-build-nodes/status/x")).Body);
    }
}

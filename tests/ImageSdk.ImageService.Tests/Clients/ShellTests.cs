using ImageSdk.Cli.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ImageSdk.ImageService.Tests.Clients;

/// <summary>imagesdk ims shell, with a program in the place of ssh.</summary>
public sealed class ShellTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk shell ü ").FullName;
    readonly WebApplication service;
    readonly Queue<string> answers = new();
    string address = "";

    public ShellTests()
    {
        service = WebApplication.CreateSlimBuilder().Build();
        service.Urls.Add("http://127.0.0.1:0");
        // The last answer stays.
        service.MapGet("/v3/jobs/{id}", () => Results.Text(answers.Count > 1 ? answers.Dequeue() : answers.Peek(), "application/json"));
    }

    public async Task InitializeAsync()
    {
        await service.StartAsync();
        address = service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async Task DisposeAsync()
    {
        await service.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    static string Job(string status, string container, string host = "127.0.0.1", string name = "customize") =>
        $$"""{"status": "{{status}}", "ssh_containers": [{"name": "{{name}}", "jail": false, "status": "{{container}}", "connection_info": {"customer_access": {"host": "{{host}}", "port": 2207}, "cluster.local": {"host": "inside", "port": 22} } }]}""";

    async Task<CommandRun> RunAsync(params string[] arguments)
    {
        var program = Path.Combine(folder, "ssh");
        File.WriteAllText(program, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{Path.Combine(folder, "words")}'\nexit 7\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await Task.Run(() => CommandRun.Start(new() { Variables = new() { ["IMAGESDK_SSH"] = program } }, ["ims", "shell", "--service", address, .. arguments]));
    }

    string[] Words() => File.ReadAllLines(Path.Combine(folder, "words"));

    [Fact]
    public async Task The_session_opens_when_the_job_offers_it()
    {
        answers.Enqueue(Job("fetching_image", "pending"));
        answers.Enqueue(Job("waiting_on_user", "active"));
        var run = await RunAsync("job-1", "--identity", "key file", "--", "true", "a b");
        Assert.Equal((7, "job-1: fetching_image\n"), (run.ExitCode, run.Error));
        Assert.Equal(["-p", "2207", "-o", "HostKeyAlias=ims-job-job-1", "-o", "StrictHostKeyChecking=accept-new", "-i", "key file", "--", "root@127.0.0.1", "true", "a b"], Words());
    }

    [Fact]
    public async Task The_network_and_the_container_can_be_chosen()
    {
        answers.Enqueue(Job("waiting_on_user", "pending"));
        Assert.Equal(7, (await RunAsync("j", "--network", "cluster.local", "--container", "customize")).ExitCode);
        Assert.Contains("root@inside", Words());
        (await RunAsync("j", "--network", "none")).AssertError("IMG7661");
        (await RunAsync("j", "--container", "other")).AssertError("IMG7661");
    }

    [Theory]
    [InlineData("""{"status": "creating", "ssh_containers": null}""")]
    [InlineData("""{"status": "success", "ssh_containers": [{"name": "customize", "status": "complete"}]}""")]
    public async Task A_job_without_a_shell_is_an_error(string job)
    {
        answers.Enqueue(job);
        (await RunAsync("j")).AssertError("IMG7661");
    }

    [Fact]
    public async Task An_address_that_is_none_is_no_option_of_ssh()
    {
        answers.Enqueue(Job("waiting_on_user", "active", host: "-oProxyCommand=x y"));
        (await RunAsync("j")).AssertError("IMG7661");
        Assert.False(File.Exists(Path.Combine(folder, "words")));
    }
}

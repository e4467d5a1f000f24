using System.Text.Json.Nodes;
using ImageSdk.Cli.Tests;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Clients;

/// <summary>imagesdk ims.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk commands ü ").FullName;
    TestService service = null!;

    public async Task InitializeAsync() => service = await TestService.StartAsync();

    public async Task DisposeAsync()
    {
        await service.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    Task<CommandRun> RunAsync(params string[] arguments) => RunAsync([], arguments);

    Task<CommandRun> RunAsync(Dictionary<string, string> variables, params string[] arguments)
    {
        variables["IMS_URL"] = $"{service.Client.BaseAddress}apis/ims";
        return Task.Run(() => CommandRun.Start(new() { Variables = variables }, ["ims", .. arguments]));
    }

    async Task<string> MakeAsync(params string[] arguments)
    {
        var made = await RunAsync(arguments);
        Assert.True(made.ExitCode == 0, made.Error);
        return Assert.Single(made.Lines);
    }

    string File(string name, string content)
    {
        var file = Path.Combine(folder, name);
        System.IO.File.WriteAllText(file, content);
        return file;
    }

    [Fact]
    public async Task An_image_is_made_listed_shown_deleted_and_taken_back()
    {
        var id = await MakeAsync("images", "create", "web é", "--arch", "aarch64", "--tag", "team=a=b", "--rootfs", File("root fs", "r"), "--kernel", File("k", "kk"));
        Assert.Equal(id, await MakeAsync("images", "create", "web é", "--arch", "aarch64", "--rootfs", File("again", "r"), "--kernel", File("k2", "kk")));
        await MakeAsync("images", "create", "empty\u001b");

        var list = (await RunAsync("images", "list")).Lines;
        Assert.Equal(3, list.Length);
        Assert.Matches($"^ID +CREATED +ARCH +STATE +NAME$", list[0]);
        Assert.Matches($"^{id}  20.* aarch64  ready  web é$", list[1]);
        Assert.EndsWith(@"empty  empty\x1b", list[2]);
        Assert.Single(JsonNode.Parse((await RunAsync("images", "list", "--name", "web é", "--json")).Output)!.AsArray());

        var shown = JsonNode.Parse((await RunAsync("images", "show", id, "--json")).Output)!;
        Assert.Equal(("a=b", 2), (shown["metadata"]!["team"]!.GetValue<string>(), shown["artifacts"]!.AsArray().Count));
        Assert.Contains("  team: a=b", (await RunAsync("images", "show", id)).Lines);

        Assert.Equal(0, (await RunAsync("images", "delete", id)).ExitCode);
        (await RunAsync("images", "show", id)).AssertError("IMG7652");
        Assert.Equal(2, (await RunAsync("images", "list", "--deleted")).Lines.Length);
        Assert.Equal(0, (await RunAsync("images", "undelete", id)).ExitCode);
        Assert.Equal(0, (await RunAsync("images", "delete", id)).ExitCode);
        Assert.Equal(0, (await RunAsync("images", "delete", id, "--deleted")).ExitCode);
        Assert.Empty(service.Files());
    }

    [Fact]
    public async Task A_recipe_has_its_archive_a_key_its_text_a_node_its_name()
    {
        var recipe = await MakeAsync("recipes", "create", "r", "--distribution", "sles15", "--archive", File("r.tgz", "archive"), "--template", "A=1");
        var shown = JsonNode.Parse((await RunAsync("recipes", "show", recipe, "--json")).Output)!;
        Assert.Equal(($"s3://ims/recipes/{recipe}/recipe.tar.gz", "1"), (shown["link"]!["path"]!.GetValue<string>(), shown["template_dictionary"]![0]!["value"]!.GetValue<string>()));
        Assert.Single(service.Files());

        var key = await MakeAsync("keys", "create", "me", File("id.pub", "ssh-ed25519 AAAA me\n"));
        Assert.Equal("ssh-ed25519 AAAA me", JsonNode.Parse((await RunAsync("keys", "show", key, "--json")).Output)!["public_key"]!.GetValue<string>());
        var refused = await RunAsync("keys", "create", "me", File("id", "-----BEGIN OPENSSH PRIVATE KEY-----\nhidden-one\n"));
        refused.AssertError("IMG7101");

        Assert.Equal("x1", await MakeAsync("nodes", "create", "x1"));
        Assert.Equal(["NAME", "x1"], (await RunAsync("nodes", "list")).Lines);
        Assert.Equal(0, (await RunAsync("nodes", "delete", "x1")).ExitCode);
        Assert.Equal("[]", (await RunAsync("nodes", "list", "--json")).Output.Trim());
    }

    [Theory]
    [InlineData("IMG7101", "images", "create", "x", "--tag", "nothing")]
    [InlineData("IMG7101", "images", "create", "x", "--kernel", "/none")]
    [InlineData("IMG7652", "recipes", "create", "x", "--type", "none")]
    [InlineData("IMG7652", "jobs", "show", "none")]
    [InlineData("IMG7656", "images", "create", "x", "--rootfs", "/etc/hostname")]
    public async Task What_cannot_be_is_one_line_with_a_code(string code, params string[] arguments) =>
        (await RunAsync(new() { ["S3_ENDPOINT"] = "http://s3" }, arguments)).AssertError(code);

    [Fact]
    public void Without_a_service_it_says_how_to_name_one() => CommandRun.Start(new(), "ims", "images", "list").AssertError("IMG7650");

    [Fact]
    public async Task A_recipe_whose_archive_cannot_be_sent_leaves_no_record()
    {
        Assert.NotEqual(0, (await RunAsync("recipes", "create", "r", "--archive", Path.Combine(folder, "none"))).ExitCode);
        Assert.Equal("[]", (await RunAsync("recipes", "list", "--json")).Output.Trim());
    }
}

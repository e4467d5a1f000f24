using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>The document of the interface.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task It_has_every_method_of_every_path()
    {
        await using var service = await TestService.StartAsync();
        var document = (await service.SendAsync("GET", "/openapi/v3.json")).Json!;
        var paths = document["paths"]!.AsObject();
        Assert.Equal(54, paths.Count);
        Assert.Equal(["delete", "get", "patch"], paths["/v3/images/{id}"]!.AsObject().Select(method => method.Key).Order());
        Assert.Equal(["delete", "get"], paths["/v2/public-keys/{id}"]!.AsObject().Select(method => method.Key).Order());
        var operations = paths.SelectMany(path => path.Value!.AsObject().Select(method => method.Value!)).ToList();
        Assert.Equal(operations.Count, operations.Select(operation => operation["operationId"]!.GetValue<string>()).Distinct().Count());
        Assert.All(paths.Where(path => path.Key.Contains('{')).SelectMany(path => path.Value!.AsObject()), method =>
            Assert.Contains(method.Value!["parameters"]!.AsArray(), parameter => parameter!["name"]!.GetValue<string>() == "id"));
        // What reads bodies says what they may be.
        var body = paths["/v3/recipes"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Assert.Equal(["linux_distribution", "name", "recipe_type"], body["required"]!.AsArray().Select(name => name!.GetValue<string>()).Order());
        Assert.Equal(["sles12", "sles15", "centos7", "debian"], body["properties"]!["linux_distribution"]!["enum"]!.AsArray().Select(name => name!.GetValue<string>()));
        var recipe = document["components"]!["schemas"]!["Recipe"]!["properties"]!.AsObject();
        Assert.Equal(["arch", "created", "deleted", "id", "link", "linux_distribution", "name", "recipe_type", "require_dkms", "template_dictionary"], recipe.Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [LinterFact]
    public async Task The_linter_has_no_objections()
    {
        await using var service = await TestService.StartAsync();
        var file = Path.Combine(service.Folder, "openapi.json");
        await File.WriteAllTextAsync(file, (await service.SendAsync("GET", "/openapi/v3.json")).Body);
        var (status, output) = await Linter.RunAsync("lint", file);
        Assert.True(status == 0, output);
    }
}

/// <summary>The linter of OpenAPI documents that Node's package manager has.</summary>
static class Linter
{
    const string Package = "@redocly/cli@2";

    static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    static readonly Lazy<bool> isThere = new(() => File.Exists("/usr/bin/npx") && Task.Run(() => RunAsync("--version")).GetAwaiter().GetResult().Status == 0);

    public static bool IsThere => isThere.Value;

    public static async Task<(int Status, string Output)> RunAsync(params string[] arguments)
    {
        using var limit = new CancellationTokenSource(patience);
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/npx", ["--yes", Package, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["REDOCLY_TELEMETRY"] = "off" },
        })!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, "it takes too long");
        }
    }
}

/// <summary>A fact that needs the linter, and says so where Node's package manager cannot get it.</summary>
sealed class LinterFactAttribute : FactAttribute
{
    public LinterFactAttribute() => Skip = Linter.IsThere ? null : "needs npx, and the package @redocly/cli from its registry";
}

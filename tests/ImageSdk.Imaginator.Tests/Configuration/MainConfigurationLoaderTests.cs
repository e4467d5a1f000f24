using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Tests.Configuration;

public sealed class MainConfigurationLoaderTests : IDisposable
{
    readonly Folder folder = new();
    readonly HttpClient http = ConfigurationSource.CreateClient();
    readonly List<Diagnostic> findings = [];

    public void Dispose()
    {
        http.Dispose();
        folder.Dispose();
    }

    Task<MainConfiguration> LoadAsync(string text) => new MainConfigurationLoader(
        new(new GitMirrors(folder["git"], TimeProvider.System), http), "amd64", findings.Add).LoadAsync(folder.Write("conf.json", text), CancellationToken.None);

    static string Bootstrap(string members) => $$"""{"PackagerTypes": {"deb": {} }, "BootstrapStreams": {"b": {"PackagerType": "deb", {{members}} } } }""";

    [Fact]
    public async Task Files_that_are_named_are_read()
    {
        folder.Write("filter", "# c\n/var/tmp/.*\n");
        folder.Write("tags", """{"Os": "Debian"}""");
        folder.Write("triggers", """[{"MatchLines": ["/etc/ssh/.*"], "Service": "ssh"}]""");
        var stream = (await LoadAsync(Bootstrap($"\"ImageFilterUrl\": \"{folder["filter"]}\", \"ImageTagsUrl\": \"file://{folder["tags"]}\", \"ImageTriggersUrl\": \"{folder["triggers"]}\""))).BootstrapStreams["b"];
        Assert.Equal(["/var/tmp/.*"], stream.ImageFilter!.Lines);
        Assert.Equal("Debian", stream.ImageTags["Os"]);
        Assert.Equal("ssh", Assert.Single(stream.ImageTriggers!.List).Service);
        var sparse = (await LoadAsync(Bootstrap("\"FilterLines\": []"))).BootstrapStreams["b"];
        Assert.Null(sparse.ImageFilter);
        Assert.Null(sparse.ImageTriggers);
    }

    [Theory]
    [InlineData("ImageFilterUrl", "/ok\n/b(\n", "IMG7313", 2)]
    [InlineData("ImageTagsUrl", "{\n\"a\": 1}", "IMG7310", 2)]
    [InlineData("ImageTriggersUrl", "[\n{\"Service\": 1}]", "IMG7310", 2)]
    [InlineData("ImageTagsUrl", null, "IMG7316", 0)]
    public async Task What_is_wrong_with_them_has_its_place(string member, string? text, string code, int line)
    {
        var file = folder["file"];
        if (text is not null)
            folder.Write("file", text);
        var problem = (await Assert.ThrowsAsync<BuildException>(() => LoadAsync(Bootstrap($"\"{member}\": \"{file}\"")))).Diagnostic;
        Assert.Equal((code, file, line), (problem.Code, problem.File, problem.Line));
    }

    [Fact]
    public async Task A_cache_without_its_directory_is_refused() =>
        Assert.Equal("IMG7316", (await Assert.ThrowsAsync<BuildException>(() => LoadAsync($$"""{"Cache": {"BaseDirectory": "{{folder["none"]}}"} }"""))).Diagnostic.Code);
}

using System.Text;
using ImageSdk.Dominator;

namespace ImageSdk.Imaginator.Tests.Dependencies;

public sealed class DependencyTests
{
    [Fact]
    public async Task Manifests_of_repositories_and_directories_say_what_is_built_on_what()
    {
        var repository = default(Repository)!;
        await using var imaginator = await TestImaginator.StartAsync(
            main: "\"PackagerTypes\": {\"p\": {}}, \"BootstrapStreams\": {\"boot/os\": {\"PackagerType\": \"p\"}}, \"ImageStreamsToAutoRebuild\": [\"app/one\"]",
            configure: (_, folder) =>
            {
                repository = Repository.Create(folder["r"]);
                repository.Commit(("app/one/manifest", "# c\n{\"SourceImage\": \"base/$V\"}"), ("base/manifest", "{\"SourceImage\": \"boot/os\"}"));
                folder.Write("local/manifest", "{\"SourceImage\": \"users/x\"}");
                folder.Write("streams.json", $$"""
                    {"Streams": {
                      "app/one": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "$IMAGE_STREAM", "Variables": {"V": "os"} },
                      "base/os": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "$IMAGE_STREAM_DIRECTORY_NAME"},
                      "local": {"ManifestUrl": "dir://{{folder["local"]}}"} },
                     "StreamPatterns": {"users/.*": {} } }
                    """);
            });
        var client = await imaginator.ConnectAsync();
        var answer = (await client.GetDependenciesAsync(TimeSpan.FromSeconds(1))).Result;
        Assert.Equal("", answer.LastAttemptError);
        Assert.Equal([("app/one", "base/os"), ("base/os", "boot/os"), ("local", "users/x")], answer.StreamToSource!.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value)));
        Assert.Empty(answer.UnbuildableSources!);
        Assert.NotNull(answer.GeneratedAt);
        Assert.Contains("Generated dependencies in: ", Encoding.UTF8.GetString(answer.FetchLog), StringComparison.Ordinal);
        var graph = (await client.GetDirectedGraphAsync(new() { Excludes = ["local"] })).Result;
        Assert.Equal(
            "digraph all {\n  \"app/one\" -> \"base/os\"\n  \"base/os\" -> \"boot/os\"\n  \"users/x\" [fontcolor=grey]\n  \"app/one\" [style=bold]\n}\n",
            Encoding.UTF8.GetString(graph.GraphvizDot));
        // What fails leaves the old data.
        repository.Commit(("base/manifest", "{"));
        answer = (await client.GetDependenciesAsync(TimeSpan.FromMilliseconds(1))).Result;
        for (var left = 100; answer.LastAttemptError.Length == 0; left--)
        {
            Assert.True(left > 0, "it does not fail");
            await Task.Delay(500);
            answer = (await client.GetDependenciesAsync(TimeSpan.FromSeconds(2))).Result;
        }
        Assert.StartsWith("stream: base/os: ", answer.LastAttemptError, StringComparison.Ordinal);
        Assert.Equal(3, answer.StreamToSource!.Count);
    }
}

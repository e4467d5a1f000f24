using System.Text.Json.Nodes;
using ImageSdk.ImageService.Data;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;

namespace ImageSdk.ImageService.Tests.Data;

/// <summary>The data files of the original, in and out.</summary>
public sealed class DataFilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk data é ").FullName;
    readonly List<string> said = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    Task<RecordStore> OpenAsync(string name = "r") => RecordStore.OpenAsync(Path.Combine(folder, $"{name}.sqlite"), default);

    [Fact]
    public async Task What_comes_in_goes_out_again()
    {
        const string images = """
            [{"name":"i","arch":"aarch64","created":"2024-01-02T03:04:05.000001+00:00","id":"11111111-1111-4111-8111-111111111111","link":{"etag":"e","path":"s3://boot-images/x/manifest.json","type":"s3"},"metadata":{"a":"b"},"of_a_later_version":1}]
            """;
        Write("v2.1_images.json", images);
        Write("v3.1_deleted_images.json", """[{"name":"d","created":"2024-01-02T03:04:05","deleted":"2025-01-02T03:04:05","id":"2","link":null}]""");
        Write("v2_public_keys.json", """[{"name":"k","created":"x","id":"3","public_key":"ssh-rsa AAA"}]""");
        Write("v2.2_recipes.json", """[{"name":"r","created":"x","id":"4","recipe_type":"packer","linux_distribution":"centos7","template_dictionary":null,"require_dkms":false}]""");
        Write("v2.0_remote_build_nodes.json", """[{"xname":"x1"}]""");
        Write("v2.4_jobs.json", "[]");
        Write("notes.txt", "no data");
        await using (var store = await OpenAsync())
            await new DataFiles(store, said.Add).ImportAsync(folder, default);
        Assert.Contains(said, line => line.StartsWith("warning IMG7611: ", StringComparison.Ordinal) && line.Contains("v2.4_jobs.json"));

        var exported = Path.Combine(folder, "out");
        await using (var store = await OpenAsync())
            await new DataFiles(store, said.Add).ExportAsync(exported, default);
        var expected = JsonNode.Parse(images)!;
        expected[0]!.AsObject().Remove("of_a_later_version");
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(File.ReadAllText(Path.Combine(exported, "v2.1_images.json")))));
        Assert.Equal("2025-01-02T03:04:05", JsonNode.Parse(File.ReadAllText(Path.Combine(exported, "v3.1_deleted_images.json")))![0]!["deleted"]!.GetValue<string>());
        Assert.Equal("[]", File.ReadAllText(Path.Combine(exported, "v3.2_deleted_recipes.json")));

        await using var second = await OpenAsync("second");
        await new DataFiles(second, said.Add).ImportAsync(exported, default);
        Assert.Equal("ssh-rsa AAA", Assert.Single(await second.ReadAllAsync(RecordKinds.PublicKeys, false, default)).Text);
        var recipe = Assert.Single(await second.ReadAllAsync(RecordKinds.Recipes, false, default));
        Assert.Null(recipe.TemplateDictionary);
        Assert.False(recipe.RequireDkms);
        Assert.Single(await second.ReadAllAsync(RecordKinds.Images, true, default));
        Assert.Single(await second.ReadAllAsync(RecordKinds.Nodes, false, default));
    }

    [Theory]
    [InlineData("[{\"name\":\"x\"\n,]", "v2.1_images.json(2): error IMG7610: ")]
    [InlineData("{}", "v2.1_images.json: error IMG7610: expected an array of records")]
    [InlineData("[{\"name\":\"x\"}]", "v2.1_images.json: error IMG7610: its record 1 is wrong: ")]
    [InlineData("[null]", "v2.1_images.json: error IMG7610: its record 1 is wrong: ")]
    public async Task A_wrong_file_is_one_error_with_its_place(string text, string expected)
    {
        Write("v2.1_images.json", text);
        await using var store = await OpenAsync();
        var error = (await Assert.ThrowsAsync<DataException>(() => new DataFiles(store, said.Add).ImportAsync(folder, default))).Text;
        Assert.StartsWith(Path.Combine(folder, expected), error);
    }

    [Fact]
    public async Task An_import_that_fails_adds_nothing()
    {
        Write("v2_public_keys.json", """[{"name":"k","created":"x","id":"3","public_key":"ssh-rsa AAA"}]""");
        Write("v2.1_images.json", """
            [{"name":"a","created":"x","id":"1","link":{"path":"s3://b/m","type":"s3"}},
             {"name":"b","created":"x","id":"2","link":{"path":"s3://b/m","type":"s3"}}]
            """);
        await using var store = await OpenAsync();
        await store.AddAsync(RecordKinds.Nodes, new("there"), default);
        var error = await Assert.ThrowsAsync<DataException>(() => new DataFiles(store, said.Add).ImportAsync(folder, default));
        Assert.Contains("its record 2 has the link of another one: s3://b/m", error.Text);
        Assert.Equal(0, await store.CountAsync(RecordKinds.Images, false, default) + await store.CountAsync(RecordKinds.PublicKeys, false, default));
        Assert.Equal(1, await store.CountAsync(RecordKinds.Nodes, false, default));
    }

    [Fact]
    public async Task A_directory_without_data_files_is_an_error()
    {
        await using var store = await OpenAsync();
        Assert.Contains("IMG7610", (await Assert.ThrowsAsync<DataException>(() => new DataFiles(store, said.Add).ImportAsync(folder, default))).Text);
    }
}

using Dapper;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.Jobs.Tests.Stores;
using Npgsql;

namespace ImageSdk.ImageService.Tests.Records;

/// <summary>Records in each of the databases.</summary>
public sealed class RecordStoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk records é ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    async Task<string> AddressAsync(Store store)
    {
        if (store == Store.Sqlite)
            return Path.Combine(folder, "records.sqlite");
        var server = await PostgresServer.SharedAsync();
        var name = $"ims_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Pooling = false }.ToString();
    }

    static Recipe Recipe(string id, string? path = null) => new()
    {
        Id = id, Created = "2026-01-02T03:04:05.678901", Name = $"name of {id} é", RecipeType = "kiwi-ng", LinuxDistribution = "sles15",
        Link = path is null ? null : new(path, "s3", "e"), TemplateDictionary = [new("k", "v\"")],
    };

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Some_records_are_read_by_name_and_in_pages(Store on)
    {
        await using var store = await RecordStore.OpenAsync(await AddressAsync(on), default);
        var longest = new string('é', 5000);
        await using (var import = await store.BeginImportAsync(default))
        {
            foreach (var id in "abcde")
                await import.AddAsync(RecordKinds.Recipes, Recipe($"{id}") with { Name = id is 'b' or 'd' ? longest : "other" });
            await import.CommitAsync(default);
        }
        await using (var import = await store.BeginImportAsync(default))
            await import.AddAsync(RecordKinds.Recipes, Recipe("not committed"));
        Assert.Equal(5, await store.CountAsync(RecordKinds.Recipes, false, default));
        Assert.Equal(["b", "d"], await IdsAsync(new() { Name = longest }));
        Assert.Empty(await IdsAsync(new() { Name = longest[1..] }));
        Assert.Equal(["d", "c"], await IdsAsync(new() { NewestFirst = true, Offset = 1, Limit = 2 }));
        var second = (await store.ListAsync(RecordKinds.Recipes, false, new() { Limit = 2 }, default).ToListAsync())[1].Number;
        Assert.Equal(["c", "d"], await IdsAsync(new() { After = second, Limit = 2 }));

        async Task<IEnumerable<string>> IdsAsync(RecordSelection selection) =>
            (await store.ListAsync(RecordKinds.Recipes, false, selection, default).ToListAsync()).Select(record => RecordKinds.Recipes.Read(record.Document).Id);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Records_are_there_again_after_a_restart(Store on)
    {
        var address = await AddressAsync(on);
        await using (var store = await RecordStore.OpenAsync(address, default))
        {
            await store.AddAsync(RecordKinds.Recipes, Recipe("b", "s3://ims/b"), default);
            await store.AddAsync(RecordKinds.Recipes, Recipe("a"), default);
            await store.ChangeAsync(RecordKinds.Recipes, "a", false, recipe => recipe with { Arch = "aarch64", TemplateDictionary = null }, default);
        }
        await using var again = await RecordStore.OpenAsync(address, default);
        Assert.Equal(["b", "a"], (await again.ReadAllAsync(RecordKinds.Recipes, false, default)).Select(recipe => recipe.Id));
        var read = (await again.FindAsync(RecordKinds.Recipes, "a", false, default))!;
        Assert.Equal(("aarch64", "name of a é"), (read.Arch, read.Name));
        Assert.Null(read.TemplateDictionary);
        Assert.Null(await again.FindAsync(RecordKinds.Recipes, "A", false, default));
        Assert.Null(await again.FindAsync(RecordKinds.Images, "a", false, default));
        Assert.Equal("b", await again.FindByLinkAsync(RecordKinds.Recipes, "s3://ims/b", default));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task A_link_belongs_to_one_record_in_use(Store on)
    {
        await using var store = await RecordStore.OpenAsync(await AddressAsync(on), default);
        await store.AddAsync(RecordKinds.Recipes, Recipe("a", "s3://ims/x"), default);
        Assert.Equal("a", (await Assert.ThrowsAsync<LinkTakenException>(() => store.AddAsync(RecordKinds.Recipes, Recipe("b", "s3://ims/x"), default))).Owner);
        await store.AddAsync(RecordKinds.Recipes, Recipe("c"), default);
        await Assert.ThrowsAsync<LinkTakenException>(() => store.ChangeAsync(RecordKinds.Recipes, "c", false, recipe => recipe with { Link = new("s3://ims/x", "s3") }, default));
        Assert.Null((await store.FindAsync(RecordKinds.Recipes, "c", false, default))!.Link);
        await store.ChangeAsync(RecordKinds.Recipes, "a", false, recipe => recipe with { Deleted = "2026-01-02T03:04:05" }, default);
        await store.AddAsync(RecordKinds.Recipes, Recipe("b", "s3://ims/x"), default);
        Assert.Null(await store.FindAsync(RecordKinds.Recipes, "a", false, default));
        Assert.NotNull(await store.FindAsync(RecordKinds.Recipes, "a", true, default));
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task No_change_is_lost_among_many(Store on)
    {
        await using var store = await RecordStore.OpenAsync(await AddressAsync(on), default);
        await store.AddAsync(RecordKinds.Images, new ImageRecord { Id = "i", Created = "x", Name = "n" }, default);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => store.ChangeAsync(
            RecordKinds.Images, "i", false, image => image with { Metadata = new Dictionary<string, string>(image.Metadata) { [$"{number}"] = "" } }, default))));
        Assert.Equal(40, (await store.FindAsync(RecordKinds.Images, "i", false, default))!.Metadata.Count);
    }

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task Services_that_start_together_make_the_tables_once(Store on)
    {
        var address = await AddressAsync(on);
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => RecordStore.OpenAsync(address, default))));
        await stores[0].AddAsync(RecordKinds.Nodes, new BuildNode("x1"), default);
        Assert.Single(await stores[5].ReadAllAsync(RecordKinds.Nodes, false, default));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task What_was_answered_survives_a_power_failure()
    {
        var file = await AddressAsync(Store.Sqlite);
        await (await RecordStore.OpenAsync(file, default)).DisposeAsync();
        await using var database = new SqliteRecords(file);
        await using var connection = await database.OpenAsync(default);
        Assert.Equal("wal", await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode"));
        const long full = 2;
        Assert.Equal(full, await connection.ExecuteScalarAsync<long>("PRAGMA synchronous"));
    }

    [Fact]
    public async Task What_is_no_database_is_said_to_be_none()
    {
        var file = Path.Combine(folder, "text");
        await File.WriteAllTextAsync(file, new string('x', 5000));
        Assert.Contains(file, (await Assert.ThrowsAsync<IOException>(() => RecordStore.OpenAsync(file, default))).Message);
        await Assert.ThrowsAsync<IOException>(() => RecordStore.OpenAsync(Path.Combine(folder, "no", "such", "folder"), default));
        await Assert.ThrowsAsync<FormatException>(() => RecordStore.OpenAsync("Hst=x;Pasword=secret", default));
    }
}

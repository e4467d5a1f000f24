using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Stores.Postgres;
using ImageSdk.Jobs.Tests.Stores;
using Npgsql;

namespace ImageSdk.Jobs.Tests;

public class ConnectionTests
{
    [Theory]
    [InlineData("/var/lib/x/jobs.db", "/var/lib/x/jobs.db")]
    [InlineData("Data Source=/var/lib/my jobs.db", "/var/lib/my jobs.db")]
    [InlineData("data source = /x/host=1.db ;", "/x/host=1.db")]
    [InlineData("/srv/a=b;c/jobs.db", "/srv/a=b;c/jobs.db")]
    [InlineData("Host=db;Database=jobs;Password=secret", "the database jobs on db")]
    [InlineData("Database=jobs; Server=db;Password=secret", "the database jobs on db")]
    [InlineData("postgresql://me:secret@db/jobs", "the database jobs on db")]
    [InlineData("POSTGRES://me@db", "the database me on db")]
    public async Task The_database_is_told_from_its_text(string text, string place)
    {
        await using var store = JobStores.Open(text);
        Assert.Equal(place, store.Place);
    }

    [Theory]
    [InlineData("postgresql://me:p%40ss@db:5433/my%20jobs?sslmode=require&application_name=x", "db", 5433, "me", "p@ss", "my jobs")]
    [InlineData("postgresql:///jobs?host=/run/postgresql&user=me", "/run/postgresql", 5432, "me", null, "jobs")]
    public void URIs_are_read_as_by_other_programs(string uri, string host, int port, string user, string? password, string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(uri));
        Assert.Equal((host, port, user, password, database), (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("Host=db;Nonsense=secret1")]
    [InlineData("postgresql://db/jobs?nonsense=secret1")]
    [InlineData("postgresql://db:port/secret1")]
    public async Task What_means_no_database_is_refused_without_its_secrets(string text)
    {
        var exception = await Assert.ThrowsAsync<JobException>(() => JobQueue.OpenAsync(text));
        Assert.Equal("IMG7280", exception.Code);
        Assert.DoesNotContain("secret1", exception.Message);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_said_at_once()
    {
        var exception = await Assert.ThrowsAsync<JobException>(() => JobQueue.OpenAsync("/nonexistent/jobs.db").WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("IMG7281", exception.Code);
        Assert.Contains("/nonexistent", exception.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said_at_once()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, new string('x', 5000));
        var exception = await Assert.ThrowsAsync<JobException>(() => JobQueue.OpenAsync(file).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("IMG7281", exception.Code);
        File.Delete(file);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_of_a_newer_program_are_left_alone(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        await queue.Database.WriteAsync(transaction => transaction.ExecuteAsync("INSERT INTO jobschema (version) VALUES (99)"), default);
        Assert.Equal("IMG7282", (await Assert.ThrowsAsync<JobException>(() => place.OpenAsync())).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Many_processes_make_the_schema_at_once(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queues = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => place.OpenAsync())));
        await queues[0].SubmitAsync();
        Assert.Single(await queues[5].ListAsync(new()));
        // Each step was made once.
        Assert.Equal(0, await queues[1].Database.ReadAsync(transaction => transaction.FirstAsync<long>("SELECT max(version) - count(*) FROM jobschema"), default));
        Assert.Equal(0, await queues[1].Database.ReadAsync(transaction => transaction.FirstAsync<long>("SELECT count(*) - count(DISTINCT version) FROM jobschema"), default));
    }
}

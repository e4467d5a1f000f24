using System.Net.Http.Headers;
using System.Text;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Jobs.Tests.Stores;
using Npgsql;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Secrets of settings and of requests are in no log, no answer and no page, however much is logged and whatever fails.</summary>
public sealed class SecretTests
{
    const string Marked = "hidden-one";

    // Of S3, of its clients, of PostgreSQL, of a gateway, of nodes.
    static readonly string[] secrets = ["hidden-one", "hidden-two", "hidden-three", "hidden-four", "hidden-five", "PRIVATE KEY"];

    [Theory]
    [OnSqlite]
    [OnPostgres]
    public async Task What_is_secret_is_shown_nowhere(Store on)
    {
        var seen = new StringBuilder();
        var database = on == Store.Sqlite ? null : await MakeDatabaseAsync();
        await using (var service = await TestService.StartAsync(database: database, wrap: _ => new S3Artifacts(Read().S3, Read().S3Clients, TimeSpan.FromSeconds(1)), configure: Configure))
        {
            // S3 is not there: a link is answered with 503, and the log says why.
            Assert.Equal(503, (await AskAsync(service, "POST", "/v3/images", """{"name": "i", "link": {"path": "s3://boot-images/x/manifest.json", "type": "s3"}}""")).Status);
            await AskAsync(service, "POST", "/v3/images", """{"name": "i"}""");
            foreach (var path in new[]
                     {
                         "/", "/listImages", "/interface", "/logs", "/logs/dump", "/metrics/", "/prometheus", "/openapi/v3.json", "/version", "/v3/jobs", "/v3/images", "/v3/images/none", "/v3/log-level",
                         "/v3/remote-build-nodes/status", "/nowhere?access_token=hidden-four",
                     })
                await AskAsync(service, "GET", path);
            Assert.Contains(service.Log, line => line.Contains("IMG7603", StringComparison.Ordinal));
            service.Log.Concat(service.Lines).ToList().ForEach(line => seen.AppendLine(line));
        }
        await using (var service = await TestService.StartAsync(database: database, configure: options =>
        {
            Configure(options);
            options.ConcurrentJobs = 2;
        }))
        {
            // The key is none, and the node is not there; the recipe is no archive.
            await AskAsync(service, "POST", "/v3/remote-build-nodes", """{"xname": "localhost"}""");
            await AskAsync(service, "GET", "/v3/remote-build-nodes/status");
            foreach (var type in new[] { "kiwi-ng", "imgproj" })
            {
                var job = await service.AddCreateJobAsync(await service.AddRecipeAsync("no archive"u8.ToArray(), type));
                Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
                seen.AppendLine(await service.JobLogAsync(job));
                await AskAsync(service, "POST", $"/v3/jobs/{job}/retry");
                await service.WaitForJobAsync(job);
                seen.AppendLine((await AskAsync(service, "GET", $"/v3/jobs/{job}/log")).Body);
            }
            service.Log.Concat(service.Lines).ToList().ForEach(line => seen.AppendLine(line));
        }
        if (database is not null)
            foreach (var wrong in new[] { database + ";Nonsense=1", database.Replace("Host=", "Host=/nowhere", StringComparison.Ordinal) + ";Timeout=1" })
            {
                // A service that does not start leaves what it has made to who has started it.
                var folder = Directory.CreateTempSubdirectory("imagesdk ims é ").FullName;
                seen.AppendLine((await Record.ExceptionAsync(() => TestService.StartAsync(folder, wrong)))?.ToString());
                Directory.Delete(folder, recursive: true);
            }
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, seen.ToString()));

        async Task<Answer> AskAsync(TestService service, string method, string path, string? body = null)
        {
            service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "hidden-four");
            var answer = await service.SendAsync(method, path, body);
            seen.AppendLine(answer.Body);
            return answer;
        }
    }

    static ImageServiceOptions Read()
    {
        var options = new ImageServiceOptions();
        var variables = new Dictionary<string, string>
        {
            ["S3_ENDPOINT"] = "http://127.0.0.1:1", ["S3_ACCESS_KEY"] = "key", ["S3_SECRET_KEY"] = Marked, ["S3_STS_SECRET_KEY"] = "hidden-two", ["S3_STS_ACCESS_KEY"] = "sts", ["LOG_LEVEL"] = "DEBUG",
        };
        ServiceVariables.Read(options, variables.GetValueOrDefault);
        Assert.DoesNotContain("hidden", options.ToString());
        return options;
    }

    static void Configure(ImageServiceOptions options)
    {
        var (read, folder) = (Read(), options.ArtifactDirectory + ".keys");
        (options.S3, options.S3Clients, options.LogDebugLevel) = (read.S3, read.S3Clients, int.MaxValue);
        Directory.CreateDirectory(folder);
        options.StateDirectory = Path.Combine(folder, "jobs");
        options.NodeKeyFile = Path.Combine(folder, "key");
        options.NodeImage = Path.Combine(folder, "image");
        options.NodeKnownHosts = Path.Combine(folder, "known");
        File.WriteAllText(options.NodeImage, "");
        File.WriteAllText(options.NodeKeyFile, "-----BEGIN OPENSSH PRIVATE KEY-----\nhidden-five\n-----END OPENSSH PRIVATE KEY-----\n");
        File.SetUnixFileMode(options.NodeKeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    // The server believes everybody; a password is sent to none.
    static async Task<string> MakeDatabaseAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var name = $"ims_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, Password = "hidden-three", Pooling = false }.ToString();
    }
}

using System.Diagnostics;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Keystone;

/// <summary>Servers that are down, busy, or lie. Nothing that they say is believed, and nothing of it is without bounds.</summary>
public sealed class HostileCloudTests
{
    const string Secret = "very-secret-password";

    static CloudSettings Settings(Uri keystone) => new()
    {
        Origin = "The cloud of the test", Type = AuthenticationType.Password, AuthUrl = keystone, UserName = "u", Password = Secret, ProjectName = "p",
    };

    static string Token(string glance, string lifetime = "2026-01-01T01:00:00.000000Z") => $$$"""
        {"token": {"issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "{{{lifetime}}}", "catalog": [{"type": "image", "endpoints": [{"interface": "public", "region": "R", "url": "{{{glance}}}"}]}]}}
        """;

    static StubAnswer TokenAnswer(string glance, string lifetime = "2026-01-01T01:00:00.000000Z") => new(201, Token(glance, lifetime)) { Headers = { ["X-Subject-Token"] = "token-1" } };

    static async Task<OpenStackException> FailAsync(CloudSettings settings)
    {
        using var images = new ImageService(settings, retries: TestCloud.Retries);
        var problem = await Assert.ThrowsAsync<OpenStackException>(() => images.GetAsync(Guid.NewGuid()));
        Assert.DoesNotContain(Secret, problem.ToString());
        return problem;
    }

    [Theory]
    [InlineData(200, "welcome", "IMG7456")]
    [InlineData(404, "", "IMG7456")]
    [InlineData(201, "{}", "IMG7456")]
    public async Task What_is_no_Keystone_is_named(int status, string body, string code)
    {
        using var server = new StubServer(_ => new(status, body));
        var problem = await FailAsync(Settings(server.Address));

        Assert.Equal(code, problem.Code);
        Assert.Contains(server.Address.Authority, problem.Message);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"token": []}""")]
    [InlineData("""{"token": {"issued_at": "2026-01-01T00:00:00Z", "expires_at": "2025-01-01T00:00:00Z"}}""")]
    [InlineData("""{"token": {"issued_at": 1, "expires_at": "x"}}""")]
    public async Task A_token_of_another_form_is_an_error(string body)
    {
        using var server = new StubServer(_ => new(201, body) { Headers = { ["X-Subject-Token"] = "t" } });
        Assert.Equal("IMG7460", (await FailAsync(Settings(server.Address))).Code);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://u:p@h/")]
    [InlineData("")]
    public async Task An_address_in_the_catalogue_that_is_none_is_refused(string address)
    {
        using var server = new StubServer(_ => TokenAnswer(address));
        Assert.Equal("IMG7457", (await FailAsync(Settings(server.Address))).Code);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        using var server = new StubServer(request => request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}") : new(200) { Endless = true });
        Assert.Equal("IMG7460", (await FailAsync(Settings(server.Address))).Code);
    }

    [Fact]
    public async Task What_a_server_repeats_of_a_secret_is_masked_and_shortened()
    {
        using var server = new StubServer(request => new(401, $$$"""{"error": {"message": "{{{Secret}}} is wrong\u0007 {{{new string('x', 5000)}}}"}}"""));
        var problem = await FailAsync(Settings(server.Address));

        Assert.Contains("***", problem.Message);
        Assert.True(problem.Message.Length < 1000);
    }

    [Fact]
    public async Task Redirects_are_not_followed_with_a_token()
    {
        using var thief = new StubServer(_ => new(200, "{}"));
        using var server = new StubServer(request => request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}") : new(302) { Headers = { ["Location"] = thief.Address.AbsoluteUri } });
        var problem = await FailAsync(Settings(server.Address));

        Assert.Equal("IMG7462", problem.Code);
        Assert.Contains(thief.Address.Authority, problem.Message);
        Assert.Empty(thief.Requests);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again_and_then_named()
    {
        var log = new CollectedLog();
        var nowhere = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        using var images = new ImageService(Settings(nowhere), log, TestCloud.Retries);
        var problem = await Assert.ThrowsAsync<OpenStackException>(() => images.GetAsync(Guid.NewGuid()));

        Assert.Equal(("IMG7458", true), (problem.Code, problem.IsTransient));
        Assert.Contains(nowhere.Authority, problem.Message);
        Assert.Equal(TestCloud.Retries.Attempts - 1, log.Lines.Count);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_until_it_answers()
    {
        var asked = 0;
        using var server = new StubServer(request => Interlocked.Increment(ref asked) < 3 ? new(503, "busy") : request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}") : new(404));
        using var images = new ImageService(Settings(server.Address), retries: TestCloud.Retries);

        Assert.Null(await images.GetAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task A_token_serves_until_shortly_before_its_end()
    {
        var clock = new ManualClock();
        using var server = new StubServer(request => request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}") : new(404));
        using var images = new ImageService(Settings(server.Address), retries: TestCloud.Retries, clock: clock);
        for (var request = 0; request < 3; request++)
            await images.GetAsync(Guid.NewGuid());
        Assert.Single(server.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));

        clock.Advance(TimeSpan.FromMinutes(54));
        await images.GetAsync(Guid.NewGuid());
        Assert.Single(server.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));

        clock.Advance(TimeSpan.FromMinutes(2));
        await images.GetAsync(Guid.NewGuid());
        Assert.Equal(2, server.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_token_that_the_service_no_longer_believes_is_renewed_once()
    {
        var believed = "token-2";
        var given = 0;
        using var server = new StubServer(request =>
            request.HttpMethod == "POST" ? new(201, Token($"http://{request.UserHostName}")) { Headers = { ["X-Subject-Token"] = $"token-{Interlocked.Increment(ref given)}" } }
            : request.Headers["X-Auth-Token"] == believed ? new(404) : new(401));
        using var images = new ImageService(Settings(server.Address), retries: TestCloud.Retries);
        Assert.Null(await images.GetAsync(Guid.NewGuid()));
        Assert.Equal(2, given);

        believed = "none";
        Assert.Equal("IMG7455", (await Assert.ThrowsAsync<OpenStackException>(() => images.GetAsync(Guid.NewGuid()))).Code);
        Assert.Equal(3, given);
    }

    [Fact]
    public async Task A_list_that_does_not_get_on_ends()
    {
        var id = Guid.NewGuid();
        using var server = new StubServer(request => request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}/v2/") : new(200, $$"""{"images": [{"id": "{{id}}", "status": "active"}], "next": "/v2/images?marker=x"}"""));
        using var images = new ImageService(Settings(server.Address), retries: TestCloud.Retries);
        var listed = new List<GlanceImage>();
        await foreach (var image in images.ListAsync())
            listed.Add(image);

        Assert.Equal(2, listed.Count);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"images": {}}""")]
    [InlineData("""{"images": [{"id": "../../etc", "status": "active"}]}""")]
    [InlineData("""{"images": [1]}""")]
    public async Task A_list_of_another_form_is_an_error(string list)
    {
        using var server = new StubServer(request => request.HttpMethod == "POST" ? TokenAnswer($"http://{request.UserHostName}") : new(200, list));
        using var images = new ImageService(Settings(server.Address), retries: TestCloud.Retries);
        var problem = await Assert.ThrowsAsync<OpenStackException>(async () =>
        {
            await foreach (var _ in images.ListAsync())
            {
            }
        });
        Assert.Equal("IMG7460", problem.Code);
    }

    [Fact]
    public async Task A_certificate_that_no_authority_vouches_for_is_refused()
    {
        using var folder = new TestDirectory();
        using var server = TlsServer.Start(folder);
        var settings = Settings(server.Address) with { Tls = new() };
        Assert.Equal("IMG7461", (await FailAsync(settings)).Code);

        // Believed, it is found to be no Keystone.
        Assert.Equal("IMG7456", (await FailAsync(settings with { Tls = new() { AuthoritiesFile = server.CertificateFile } })).Code);
        Assert.Equal("IMG7456", (await FailAsync(settings with { Tls = new() { Verifies = false } })).Code);
        Assert.Equal("IMG7454", Assert.Throws<OpenStackException>(() => new ImageService(settings with { Tls = new() { AuthoritiesFile = folder.Write("no.pem", "nothing") } })).Code);
        Assert.Equal("IMG7454", Assert.Throws<OpenStackException>(() => new ImageService(settings with { Tls = new() { AuthoritiesFile = folder["absent.pem"] } })).Code);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.ImageBuilder.Web.Api;
using Microsoft.AspNetCore.Routing;

namespace ImageSdk.ImageBuilder.Tests.Web;

/// <summary>The REST interface.</summary>
public class ApiTests
{
    [Theory]
    [InlineData("/api/v1/build_image")]
    [InlineData("/api/v1/build_image/")]
    public async Task A_request_is_accepted_at_once_and_built(string path)
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("install");
        var request = TestBuilder.Request();
        request["ticket_id"] = 17; // The sibling service's example sends a number.
        using var answer = await builder.PostAsync(request, path);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var id = accepted.GetProperty("id").GetInt64();
        Assert.Equal("17", accepted.GetProperty("ticket_id").GetString());
        Assert.Equal($"/api/v1/build_image/{id}", answer.Headers.Location!.ToString());

        await Wait.UntilAsync(() => builder.Engine.IsIn("install"));
        var going = await builder.GetAsync($"/api/v1/build_image/{id}/");
        Assert.Equal(("running", "install"), (TestBuilder.StateOf(going), going.GetProperty("step").GetString()));
        foreach (var slash in new[] { "", "/" })
        {
            var status = await builder.GetAsync($"/api/v1/imagebuilder/status{slash}");
            Assert.Equal("ok", status.GetProperty("status").GetString());
            Assert.Equal((0, 1), (status.GetProperty("queue").GetProperty("queued").GetInt32(), status.GetProperty("queue").GetProperty("running").GetInt32()));
            var job = Assert.Single(status.GetProperty("jobs").EnumerateArray());
            Assert.Equal(("17", "running", "install"), (job.GetProperty("ticket_id").GetString(), TestBuilder.StateOf(job), job.GetProperty("step").GetString()));
        }

        builder.Engine.LetGo("install");
        var done = await builder.WaitForEndAsync(id);
        Assert.Equal(("completed", "done"), (TestBuilder.StateOf(done), done.GetProperty("step").GetString()));
        Assert.Equal("an image", await File.ReadAllTextAsync(new Uri(done.GetProperty("location").GetString()!).LocalPath));
        Assert.Equal(["IMAGE", "MANIFEST", "SBOM", "LOGS"], done.GetProperty("artifacts").EnumerateArray().Select(artifact => artifact.GetProperty("type").GetString()));
        var logs = done.GetProperty("artifacts").EnumerateArray().Last().GetProperty("reference").GetString()!;
        Assert.Equal(await builder.GetLogAsync(id), await File.ReadAllTextAsync(new Uri(logs).LocalPath));
        Assert.Empty((await builder.GetAsync("/api/v1/imagebuilder/status")).GetProperty("jobs").EnumerateArray());

        var plan = Assert.Single(builder.Engine.Plans);
        Assert.Equal(("trusty", "ppa:project/ppaname", "libfoo"), (plan.Series, Assert.Single(plan.Archives), Assert.Single(plan.Packages)));
    }

    [Theory]
    [InlineData("""{"base_image": {"image_type": "touch", "url_list": [], "series": 4}, "ppa_list": "x", "package_list": ["-o", 3], "cancel_url": "gopher://x", "progress_trigger": 1}""",
        "base_image.image_type", "base_image.series", "base_image.url_list", "cancel_url", "package_list[0]", "package_list[1]", "ppa_list", "progress_trigger", "ticket_id")]
    [InlineData("""{"base_image": {"image_type": "cloud", "url_list": ["http://a/b", "http://a/c"], "series": "trusty"}, "ppa_list": ["ppa:x"], "package_list": [], "progress_trigger": "", "ticket_id": null}""",
        "base_image.url_list", "ppa_list[0]", "ticket_id")]
    [InlineData("""{"base_image": {"image_type": "cloud", "url_list": ["http://user:secret@a/b"], "series": "trusty"}, "ppa_list": [], "package_list": [], "progress_trigger": "", "ticket_id": "1"}""",
        "base_image.url_list[0]")]
    [InlineData("""{"base_image": {"image_type": "cloud", "url_list": ["file:///etc/passwd"], "series": "trusty"}, "ppa_list": [], "package_list": [], "progress_trigger": "", "ticket_id": "1"}""",
        "base_image.url_list[0]")]
    [InlineData("""{"base_image": {"image_type": "cloud", "url_list": ["http://a/b#sha256=12"], "series": "trusty"}, "ppa_list": [], "package_list": ["a\u0000b"], "progress_trigger": "", "ticket_id": "1"}""",
        "base_image.url_list[0]", "package_list[0]")]
    [InlineData("""{"base_image": 7, "ppa_list": [], "package_list": [], "progress_trigger": "", "ticket_id": "1"}""", "base_image")]
    [InlineData("""[]""", "")]
    [InlineData("""{"ticket_id": "1""", "")]
    [InlineData("""{"ticket_id": "\ud800"}""", "")]
    public async Task What_is_wrong_is_said_field_by_field(string body, params string[] fields)
    {
        await using var builder = await TestBuilder.StartAsync();
        using var answer = await builder.PostAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("IMG7400", problem.GetProperty("code").GetString());
        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
        Assert.Empty(builder.Engine.Plans);
    }

    [Fact]
    public async Task What_is_no_request_for_an_image_is_refused()
    {
        await using var builder = await TestBuilder.StartAsync();
        await RefuseAsync(() => builder.Http.PostAsync(new Uri("/api/v1/build_image", UriKind.Relative), new StringContent("{}", Encoding.UTF8, "text/plain")), 415, "IMG7412");
        await RefuseAsync(() => builder.PostAsync(new string(' ', 2 << 20)), 413, "IMG7413");
        await RefuseAsync(() => builder.Http.GetAsync(new Uri("/api/v1/build_image/77", UriKind.Relative)), 404, "IMG7410");
        await RefuseAsync(() => builder.Http.GetAsync(new Uri("/api/v1/build_image/77/log", UriKind.Relative)), 404, "IMG7410");
        await RefuseAsync(() => builder.Http.DeleteAsync(new Uri("/api/v1/build_image/77", UriKind.Relative)), 404, "IMG7410");
        // The number of a build is none of a request.
        var id = await builder.SubmitAsync(TestBuilder.Request());
        var build = (await builder.GetAsync(id)).GetProperty("build").GetInt64();
        await RefuseAsync(() => builder.Http.GetAsync(new Uri($"/api/v1/build_image/{build}", UriKind.Relative)), 404, "IMG7410");
        await builder.WaitForEndAsync(id);
        await RefuseAsync(() => builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{id}", UriKind.Relative)), 409, "IMG7411");
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/v1/build_image") { Content = JsonContent.Create(TestBuilder.Request()), Headers = { { "Origin", "http://evil.example" } } };
        await RefuseAsync(() => builder.Http.SendAsync(foreign), 403, "IMG7381");
    }

    [Fact]
    public async Task The_log_is_followed_line_by_line()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("repack");
        var request = TestBuilder.Request();
        request["colour"] = "blue";
        var id = await builder.SubmitAsync(request);
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/build_image/{id}/log") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
        using var answer = await builder.Http.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        var isHeld = true;
        while (await reader.ReadLineAsync().WaitAsync(Wait.Patience) is { } line)
        {
            lines.Add(line);
            if (!isHeld || !line.Contains("== repack", StringComparison.Ordinal))
                continue;
            isHeld = false;
            builder.Engine.LetGo("repack");
        }
        Assert.Contains("data: # IMG7404: of no meaning, and ignored: colour", lines);
        Assert.Contains("data: made by a fake", lines);
        Assert.Contains("event: end", lines);

        // From where an event said that the next begins.
        var at = lines.IndexOf("data: made by a fake");
        using var rest = new HttpRequestMessage(HttpMethod.Get, ask.RequestUri) { Headers = { { "Last-Event-ID", lines[at - 1]["id: ".Length..] } } };
        using var later = await builder.Http.SendAsync(rest);
        Assert.DoesNotContain("made by a fake", await later.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_has_the_routes_and_the_fields()
    {
        await using var builder = await TestBuilder.StartAsync();
        var document = await builder.GetAsync("/openapi/v1.json");
        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(
            ["DELETE /api/v1/build_image/{id}", "GET /api/v1/build_image/{id}", "GET /api/v1/build_image/{id}/log", "GET /api/v1/imagebuilder/status", "POST /api/v1/build_image"], described);
        // Each is answered: with something else than the page for what is not there.
        foreach (var line in described)
        {
            using var answer = await builder.Http.SendAsync(new(new HttpMethod(line.Split(' ')[0]), line.Split(' ')[1].Replace("{id}", "1", StringComparison.Ordinal)));
            Assert.DoesNotContain("IMG7501", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var request = schemas.GetProperty("BuildImageRequest").GetProperty("properties");
        Assert.Equal(TestBuilder.Request().Keys.Order(StringComparer.Ordinal), request.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["integer", "string"], request.GetProperty("ticket_id").GetProperty("type").EnumerateArray().Select(type => type.GetString()).Order(StringComparer.Ordinal));
        // What is sent has what the document says, and no more.
        var id = await builder.SubmitAsync(TestBuilder.Request());
        var said = schemas.GetProperty("RequestBody").GetProperty("properties").EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal);
        Assert.Equal(said, (await builder.GetAsync(id)).EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pages_show_requests()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Fault = _ => throw new BuildException("IMG4001", "no package <libfoo>");
        var id = await builder.SubmitAsync(TestBuilder.Request());
        await builder.WaitForEndAsync(id);
        builder.Engine.Hold("fetch");
        var other = await builder.SubmitAsync(TestBuilder.Request("baz"));
        Assert.Contains($"href=\"/build?id={other}\"", await builder.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("no package &lt;libfoo&gt;", await builder.Http.GetStringAsync(new Uri("/builds", UriKind.Relative)), StringComparison.Ordinal);
        var page = await builder.Http.GetStringAsync(new Uri($"/build?id={other}", UriKind.Relative));
        Assert.Contains($"data-follow=\"/followLog?id={other}\"", page, StringComparison.Ordinal);
        Assert.Contains("Cancel this request", page, StringComparison.Ordinal);
        using var cancelled = await builder.Http.PostAsync(new Uri($"/cancel?id={other}", UriKind.Relative), null);
        Assert.True(cancelled.IsSuccessStatusCode);
        Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(other)));
    }

    static async Task RefuseAsync(Func<Task<HttpResponseMessage>> ask, int status, string code)
    {
        using var answer = await ask();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}

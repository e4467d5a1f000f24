using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>All builds that the jobs tell of, the newest first: with those that go on, wait or were cancelled, which the archive has not.</summary>
static class BuildsPage
{
    const int PerPage = 100;

    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var (output, now) = (request.Choose(OutputKind.Html, OutputKind.Json), request.Site.Time.GetUtcNow());
        var jobs = await request.Parts.Jobs.ListAsync(new() { Before = request.Before, Limit = PerPage }, request.Gone);
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("builds");
                foreach (var job in jobs)
                    json.Job(job);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }
        await request.WriteHtmlAsync("imaginator: jobs", "/", html =>
        {
            html.Trail("all jobs", ("Status", "/"));
            html.Element("h1", "Builds as jobs");
            html.Jobs(jobs, now, request.Before is null ? "Nothing has been built yet." : "There are no older ones.");
            html.Older(jobs, PerPage, new PageLink("/showBuilds"));
            return Task.CompletedTask;
        });
    }
}

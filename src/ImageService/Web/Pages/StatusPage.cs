using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>What there is, and what goes on.</summary>
static class StatusPage
{
    public static async Task AnswerAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (service, stop) = (request.Site.Service, request.Gone);
        var records = service.Records;
        var (_, jobs) = await request.ReadPageAsync(RecordKinds.Jobs, areDeleted: false);
        (string, string, int)[] figures =
        [
            ("Images", "/listImages", await records.CountAsync(RecordKinds.Images, false, stop)),
            ("Recipes", "/listRecipes", await records.CountAsync(RecordKinds.Recipes, false, stop)),
            ("Jobs", "/listJobs", await records.CountAsync(RecordKinds.Jobs, false, stop)),
            ("Deleted images", "/listDeleted", await records.CountAsync(RecordKinds.Images, true, stop)),
        ];
        await request.WriteHtmlAsync("image management service", "/", async html =>
        {
            html.Element("h1", "Status").Element("p", await request.Site.HostName, ("class", "lead"));
            using (html.Open("ul", ("class", "figures")))
                foreach (var (name, path, number) in figures)
                    using (html.Open("li"))
                    using (html.Open("a", ("href", path)))
                        html.Element("span", number.ToString("N0", CultureInfo.InvariantCulture), ("class", "amount")).Text(" ").Element("span", name);
            using (html.Open("section", ("aria-labelledby", "current")))
            {
                html.Element("h2", "Going on", ("id", "current"));
                JobPages.Write(html, [.. jobs.Where(job => !JobStatus.IsFinal(job.Status))], request.Site.Time.GetUtcNow(), "No job is going on.");
            }
            using (html.Open("section", ("aria-labelledby", "more")))
            {
                html.Element("h2", "Where things are", ("id", "more"));
                using var _ = html.Open("dl", ("class", "facts"));
                html.Term("Artifacts", service.Artifacts.Place);
                html.Term("Records", records.Place);
                html.Term("REST interface", () => html.Element("a", "its requests", ("href", "/interface")));
            }
        });
    }
}

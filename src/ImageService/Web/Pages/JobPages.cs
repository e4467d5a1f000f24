using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>Jobs, and one with its log as it grows.</summary>
static class JobPages
{
    public static async Task ListAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var (paging, jobs) = await request.ReadPageAsync(RecordKinds.Jobs, areDeleted: false);
        await request.WriteHtmlAsync("jobs", "/listJobs", html =>
        {
            html.Element("h1", "Jobs");
            Write(html, jobs, request.Site.Time.GetUtcNow(), "There is no job.");
            paging.Write(html, new("/listJobs"));
            return Task.CompletedTask;
        });
    }

    public static void Write(HtmlWriter html, IReadOnlyList<JobRecord> jobs, DateTimeOffset now, string nothing) => html.Table(
        jobs, nothing, job => (job.ImageRootArchiveName, RecordElements.PathOf("/showJob", job.Id)),
        ("Status", job => html.Status(job)), ("Type", job => html.Text(job.JobType)), ("Arch", job => html.Text(job.Arch)),
        ("Runs on", job => html.Text(job.RemoteBuildNode.Length > 0 ? job.RemoteBuildNode : "this machine")), ("Asked for", job => html.Time(job.Created, now)));

    public static async Task ShowAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var job = await request.Site.Jobs.GetAsync(request.Id, isDeleted: false, request.Gone);
        var now = request.Site.Time.GetUtcNow();
        await request.WriteHtmlAsync($"job {job.ImageRootArchiveName}", "/listJobs", html =>
        {
            html.Trail(job.ImageRootArchiveName, ("Jobs", "/listJobs"));
            html.Element("h1", job.ImageRootArchiveName);
            using (html.Open("p", ("class", "lead")))
                html.Status(job);
            html.Button(request, JobStatus.IsFinal(job.Status) ? "Remove this job" : "Stop and remove this job", RecordElements.PathOf("/removeJob", job.Id), isDangerous: true);
            using (html.Open("dl", ("class", "facts")))
            {
                html.Term("Id", job.Id);
                html.Term("Type", job.JobType);
                html.Term(job.JobType == JobTypes.Create ? "Recipe" : "Image", () => html.Element(
                    "a", job.ArtifactId, ("href", RecordElements.PathOf(job.JobType == JobTypes.Create ? "/showRecipe" : "/showImage", job.ArtifactId))));
                html.Term("Result", () => html.Element("a", job.ResultantImageId, ("href", RecordElements.PathOf("/showImage", job.ResultantImageId!))), job.ResultantImageId is not null);
                html.Term("Architecture", job.Arch);
                html.Term("Runs on", job.RemoteBuildNode);
                html.Term("Asked for", () => html.Time(job.Created, now));
                foreach (var shell in job.SshContainers ?? [])
                    html.Term($"Shell {shell.Name}", () => html.Element("code", $"imagesdk ims shell {job.Id}").Text($" ({shell.Status}{(shell.Jail ? ", shut into the image" : "")})"));
            }
            using var _ = html.Open("section", ("aria-labelledby", "log"));
            html.Element("h2", "Log", ("id", "log"));
            html.Element("pre", "", ("class", "log"), ("tabindex", "0"), ("data-follow", $"/v3/jobs/{Uri.EscapeDataString(job.Id)}/log"), ("aria-live", "off"));
            using (html.Open("noscript"))
                html.Element("a", "The log as text", ("href", $"/v3/jobs/{Uri.EscapeDataString(job.Id)}/log"));
            return Task.CompletedTask;
        });
    }
}

using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Replication;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>How the server is doing.</summary>
static class StatusPage
{
    const int LogLines = 20;

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Json);
        var host = await request.Site.HostName;
        if (output == OutputKind.Json)
            await request.WriteJsonAsync(json => Write(json, request.Site, host));
        else
            await request.WriteHtmlAsync("imageserver status page", "/", html => Write(html, request.Site, host, withLog: request.IsOpen(PageAccess.Open)));
    }

    static Task Write(HtmlWriter html, WebSite site, string host, bool withLog)
    {
        html.Element("h1", "Status").Element("p", host, ("class", "lead"));
        if (site.IsInsecure)
            Banner(html, "danger", "Running in insecure mode.", "Everybody who reaches this port may read, add and delete images.");
        if (site.Options.ArchiveMode)
            Banner(html, "archive", "Running in archive mode.", "Images are taken from the master and never deleted.");
        using (html.Open("ul", ("class", "figures")))
        {
            Figure(html, "Images", site.Images.Count, "/listImages");
            Figure(html, "Directories", site.Images.DirectoryCount, "/listDirectories");
            Figure(html, "Objects", site.Objects.Statistics.Count, null);
            Figure(html, "Replication clients", site.Images.Feed.ListenerCount, null);
        }
        WriteObjects(html, site);
        if (site.Replication is { } replication)
            WriteReplication(html, replication, site.Time.GetUtcNow());
        WriteProcess(html, site, host);
        if (withLog)
            WriteLog(html, site.Log);
        return Task.CompletedTask;
    }

    static void Banner(HtmlWriter html, string kind, string title, string text)
    {
        using var _ = html.Open("p", ("class", $"banner {kind}"), ("role", "note"));
        html.Element("strong", title).Text(" ").Text(text);
    }

    static void Figure(HtmlWriter html, string name, long number, string? path)
    {
        using var _ = html.Open("li");
        using var __ = path is null ? html.Open("div") : html.Open("a", ("href", path));
        html.Element("span", number.ToString("N0", CultureInfo.InvariantCulture), ("class", "amount")).Text(" ").Element("span", name);
    }

    static void WriteObjects(HtmlWriter html, WebSite site)
    {
        using var _ = html.Open("section", ("aria-labelledby", "objects"));
        html.Element("h2", "Objects", ("id", "objects"));
        var objects = site.Objects.Statistics;
        var disk = DiskSpace.Of(site.Options.ObjectDirectory);
        if (disk is { Total: > 0 } space)
            DiskBar.Write(html, objects, space);
        using var __ = html.Open("dl", ("class", "facts"));
        html.Term("All", $"{PageElements.Count((ulong)objects.Count, "object")}, {PageElements.Bytes(objects.Bytes)}");
        html.Term("Unreferenced", $"{PageElements.Count((ulong)objects.UnreferencedCount, "object")}, {PageElements.Bytes(objects.UnreferencedBytes)}");
        if (Duplication(objects) is { } factor)
            html.Term("Duplication", string.Create(CultureInfo.InvariantCulture,
                $"{PageElements.Bytes(objects.ReferencedBytes)} of files in {PageElements.Bytes(objects.Bytes - objects.UnreferencedBytes)} of objects: {factor:0.0}×"));
        if (disk is { } known)
            html.Term("File system", string.Create(CultureInfo.InvariantCulture,
                $"{PageElements.Bytes(known.Total)}, {known.Percent(known.Used):0.0} % full"));
    }

    static void WriteReplication(HtmlWriter html, ReplicationState state, DateTimeOffset now)
    {
        using var _ = html.Open("section", ("aria-labelledby", "replication"));
        html.Element("h2", "Replication", ("id", "replication"));
        using var __ = html.Open("dl", ("class", "facts"));
        html.Term("Master", () => html.ForeignLink($"http://{state.Master}/"));
        html.Term("Connection", () =>
        {
            if (state.ConnectedSince is { } since)
                html.Element("span", "connected", ("class", "badge added")).Text($" {PageElements.Distance(since, now)}");
            else
                html.Element("span", "not connected", ("class", "badge danger"));
        });
        html.Term("Complete", () => html.Time(state.LastFinished!.Value, now), state.LastFinished is not null);
        html.Term("Complete", "not yet: the master's images are being taken over", state.LastFinished is null);
        html.Term("Changes", $"{state.Added:N0} images added, {state.Deleted:N0} deleted, {state.Waiting:N0} waiting, {state.Failing:N0} failing");
        if (state.Lag > TimeSpan.Zero)
            html.Term("Behind by", HumanDuration.Format(state.Lag));
        html.Term("Problem", state.Problem);
    }

    static void WriteProcess(HtmlWriter html, WebSite site, string host)
    {
        using var _ = html.Open("section", ("aria-labelledby", "server"));
        html.Element("h2", "Server", ("id", "server"));
        using var __ = html.Open("dl", ("class", "facts"));
        html.Term("Host name", host);
        html.Term("Version", () => html.Element("span", ServerVersion.Short, ("title", ServerVersion.Text)));
        html.Term("Started", () => html.Time(site.Started, site.Time.GetUtcNow()));
        html.Term("Up for", HumanDuration.Format(Uptime(site)));
        html.Term("Processor time", HumanDuration.Format(Environment.CpuUsage.TotalTime));
        html.Term("Memory", $"{PageElements.Bytes((ulong)Environment.WorkingSet)}, of it {PageElements.Bytes((ulong)GC.GetTotalMemory(false))} in use by objects");
        html.Term("GetObjects calls", $"{site.ObjectService.SenderCount} of {site.ObjectService.SenderLimit} at once");
        if (site.Replication is null)
            html.Term("Replication master", "none: this server is one");
        html.Term("More", () => html.Element("a", "metrics", ("href", "/metrics/")).Text(" · ").Element("a", "for Prometheus", ("href", "/prometheus")));
    }

    static void WriteLog(HtmlWriter html, ServerLog log)
    {
        using var _ = html.Open("section", ("aria-labelledby", "log"));
        using (html.Open("h2", ("id", "log")))
            html.Element("a", "Log", ("href", "/logs"));
        html.Element("pre", string.Join('\n', log.LastLines.TakeLast(LogLines)), ("class", "log"), ("tabindex", "0"));
    }

    static void Write(Utf8JsonWriter json, WebSite site, string host) => json.WriteMembers(() =>
    {
        json.WriteString("hostName", host);
        json.WriteString("version", ServerVersion.Text);
        json.WriteTime("startedAt", site.Started);
        json.WriteNumber("uptimeSeconds", Math.Round(Uptime(site).TotalSeconds, 3));
        json.WriteBoolean("insecure", site.IsInsecure);
        json.WriteBoolean("archiveMode", site.Options.ArchiveMode);
        if (site.Replication is { } replication)
            json.WriteMembers("replication", () => Write(json, replication));
        json.WriteNumber("replicationClients", site.Images.Feed.ListenerCount);
        json.WriteNumber("images", site.Images.Count);
        json.WriteNumber("directories", site.Images.DirectoryCount);
        json.WriteMembers("objects", () =>
        {
            var objects = site.Objects.Statistics;
            json.WriteNumber("count", objects.Count);
            json.WriteNumber("bytes", objects.Bytes);
            json.WriteNumber("unreferencedCount", objects.UnreferencedCount);
            json.WriteNumber("unreferencedBytes", objects.UnreferencedBytes);
            json.WriteNumber("references", objects.ReferenceCount);
            json.WriteNumber("referencedBytes", objects.ReferencedBytes);
        });
        if (DiskSpace.Of(site.Options.ObjectDirectory) is { } disk)
        {
            json.WriteMembers("fileSystem", () =>
            {
                json.WriteNumber("totalBytes", disk.Total);
                json.WriteNumber("freeBytes", disk.Free);
            });
        }
    });

    static void Write(Utf8JsonWriter json, ReplicationState state)
    {
        json.WriteString("master", state.Master);
        json.WriteBoolean("connected", state.IsConnected);
        json.WriteTime("connectedSince", state.ConnectedSince);
        json.WriteTime("completedAt", state.LastFinished);
        json.WriteText("problem", state.Problem);
        json.WriteNumber("lagSeconds", state.Lag.TotalSeconds);
        json.WriteNumber("waiting", state.Waiting);
        json.WriteNumber("failing", state.Failing);
        json.WriteNumber("added", state.Added);
        json.WriteNumber("deleted", state.Deleted);
    }

    static TimeSpan Uptime(WebSite site) => site.Time.GetUtcNow() - site.Started;

    static double? Duplication(ObjectStatistics objects) =>
        objects.Bytes > objects.UnreferencedBytes ? (double)objects.ReferencedBytes / (objects.Bytes - objects.UnreferencedBytes) : null;
}

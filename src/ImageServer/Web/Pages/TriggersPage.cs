using System.Text;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>An image's triggers. As text and as JSON they are what tools read: a list of triggers.</summary>
static class TriggersPage
{
    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var triggers = image.Triggers ?? new Triggers([]);
        if (output != OutputKind.Html)
        {
            await request.WriteBytesAsync(output, Encoding.UTF8.GetBytes(triggers.ToJson()));
            return;
        }
        await request.WriteHtmlAsync($"triggers {header.Name}", "/listImages", html =>
        {
            ImageFrame.Write(html, header.Name, image, "/listTriggers", "triggers");
            if (triggers.List.Count == 0)
            {
                html.Nothing("The image has no triggers.");
                return Task.CompletedTask;
            }
            html.Element("p", "These services are restarted when one of their files changes.", ("class", "lead"));
            foreach (var trigger in triggers.List)
                Write(html, trigger);
            using (html.Open("details"))
                html.Element("summary", "As JSON").Element("pre", triggers.ToJson(), ("tabindex", "0"));
            return Task.CompletedTask;
        });
    }

    /// <summary>A trigger with its lines.</summary>
    public static void Write(HtmlWriter html, Trigger trigger)
    {
        using var _ = html.Open("article", ("class", "trigger"));
        using (html.Open("h2"))
        {
            html.Text(trigger.Service);
            Badge("reboots", trigger.DoReboot);
            Badge("reloads", trigger.DoReload);
            Badge("high impact", trigger.HighImpact);
            if (trigger.SortName.Length > 0)
                html.Text(" ").Element("span", $"in order of {trigger.SortName}", ("class", "quiet"));
        }
        using var __ = html.Open("ul", ("class", "lines"));
        foreach (var line in trigger.MatchLines)
        {
            using (html.Open("li"))
                html.Element("code", line);
        }

        void Badge(string text, bool isOn)
        {
            if (isOn)
                html.Text(" ").Element("span", text, ("class", "badge"));
        }
    }
}

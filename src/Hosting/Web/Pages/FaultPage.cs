using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.Hosting.Web.Pages;

/// <summary>Says why there is no page. In JSON as RFC 9457 has it, with the code as a member.</summary>
public static class FaultPage
{
    public static async Task AnswerAsync(PageRequest request, PageFault fault)
    {
        // What has been sent cannot be taken back; the reader has to see that it is not all.
        if (request.Response.HasStarted || request.Response.BodyWriter.UnflushedBytes > 0)
        {
            request.Abort();
            return;
        }
        request.Response.StatusCode = fault.Status;
        if (request.WantsJson)
        {
            await request.WriteJsonAsync(json =>
            {
                json.Writer.WriteMembers(() =>
                {
                    json.Writer.WriteString("title", fault.Title);
                    json.Writer.WriteNumber("status", fault.Status);
                    json.Writer.WriteString("detail", fault.Message);
                    json.Writer.WriteString("code", fault.Code);
                });
                return Task.CompletedTask;
            }, "application/problem+json");
        }
        else if (request.WantsText)
        {
            await request.WriteTextAsync([$"{fault.Code}: {fault.Message}"]);
        }
        else
        {
            await request.WriteHtmlAsync(fault.Title, "", html =>
            {
                using var _ = html.Open("section", ("class", "fault"));
                html.Element("p", $"{fault.Status} · {fault.Code}", ("class", "quiet"));
                html.Element("h1", fault.Title).Element("p", fault.Message);
                using (html.Open("p"))
                    html.Element("a", request.Site.Home.Text, ("href", request.Site.Home.Path), ("class", "button"));
                return Task.CompletedTask;
            });
        }
    }
}

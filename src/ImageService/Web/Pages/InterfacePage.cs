using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Api;
using ImageSdk.ImageService.Validation;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>The REST interface for people to read: what its OpenAPI document says.</summary>
static class InterfacePage
{
    public static async Task AnswerAsync(ImageServiceRequest request)
    {
        request.Choose(OutputKind.Html);
        var routes = ApiRoutes.All(request.Site.Service).ToList();
        await request.WriteHtmlAsync("REST interface", "/interface", html =>
        {
            html.Element("h1", "REST interface");
            using (html.Open("p", ("class", "lead")))
                html.Text("The same is at ").Element("code", ApiEndpoints.GatewayPrefix + "/…").Text(" behind a gateway. Programs read ").Element("a", "the OpenAPI document", ("href", "/openapi/v3.json")).Text(".");
            foreach (var group in routes.GroupBy(route => route.Path.Split('/').First(part => part is not ("" or "v2" or "v3" or "deleted"))))
            {
                using var _ = html.Open("section", ("aria-labelledby", group.Key));
                html.Element("h2", group.Key, ("id", group.Key));
                html.Table<(ApiRoute Route, ApiMethod Method)>(
                    [.. group.SelectMany(route => route.Methods.Select(method => (route, method)))], "", row => ($"{row.Method.Name} {row.Route.Path}", null),
                    ("What it does", row => html.Text(row.Method.Summary)), ("Body", row => html.Text(row.Method.Body is { } body ? Describe(body) : "")), ("Answer", row => html.Text($"{row.Method.Status}")));
            }
            return Task.CompletedTask;
        });
    }

    // Those that have to be there, and in brackets those that may.
    static string Describe(Schema body) => string.Join(' ', body.Fields.Select(field => field.IsRequired ? field.Name : $"[{field.Name}]"));
}

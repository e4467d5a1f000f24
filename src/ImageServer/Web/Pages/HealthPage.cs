using ImageSdk.ImageServer.Web.Requests;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>What those ask who watch servers or send them their clients.</summary>
static class HealthPage
{
    public static Task AnswerHealthAsync(PageRequest request) => request.WriteTextAsync(["OK"]);

    /// <summary>The images were loaded before the server began to listen.</summary>
    public static Task AnswerReadinessAsync(PageRequest request) => request.WriteTextAsync(["OK"]);
}

using ImageSdk.Hosting.Web.Requests;


namespace ImageSdk.Hosting.Web.Pages;

/// <summary>What those ask who watch servers or send them their clients.</summary>
public static class HealthPage
{
    public static Task AnswerHealthAsync(PageRequest request) => request.WriteTextAsync(["OK"]);

    /// <summary>The images were loaded before the server began to listen.</summary>
    public static Task AnswerReadinessAsync(PageRequest request) => request.WriteTextAsync(["OK"]);
}

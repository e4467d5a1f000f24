namespace ImageSdk.Hosting.Web.Requests;

/// <summary>A request that cannot be answered, for a reason that the answer gives.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">One of docs/errors.md.</param>
/// <param name="title">What is wrong, in general.</param>
/// <param name="detail">What was found, and what to do.</param>
public sealed class PageFault(int status, string code, string title, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Title { get; } = title;

    public static PageFault NotFound(string path) =>
        new(404, "IMG7501", "Page not found", $"There is no page {path}. The start page links to all there are.");

    public static PageFault BadParameter(string detail) => new(400, "IMG7503", "Bad parameter", detail);

    public static PageFault UnknownLog(string detail) => new(404, "IMG7507", "Unknown log", detail);

    public static PageFault NeedsCertificate(string host) => new(
        403, "IMG7180", "Certificate needed", $"This server shows that to those with a certificate only: ask over TLS and show yours, at https://{host}/.");

    public static PageFault OtherSite() => new(
        403, "IMG7381", "Asked by another site", "A page of another site has made your browser ask for a change. Ask from this site's own pages.");

    public static PageFault Internal() =>
        new(500, "IMG7599", "Mistake of ours", "The server failed to make this page; its log says why.");
}

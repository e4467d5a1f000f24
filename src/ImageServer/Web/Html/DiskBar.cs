using System.Globalization;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.ImageServer.Objects;

namespace ImageSdk.ImageServer.Web.Html;

/// <summary>A bar that shows what fills the file system of the objects, with its legend in words.</summary>
static class DiskBar
{
    public static void Write(HtmlWriter html, ObjectStatistics objects, DiskSpace disk)
    {
        var stored = Math.Min(objects.Bytes, disk.Used);
        var unreferenced = Math.Min(objects.UnreferencedBytes, stored);
        (string Name, string Kind, ulong Bytes)[] shares =
        [
            ("referenced objects", "referenced", stored - unreferenced),
            ("unreferenced objects", "unreferenced", unreferenced),
            ("other files", "other", disk.Used - stored),
            ("free", "free", disk.Free),
        ];
        using var figure = html.Open("figure", ("class", "disk"));
        using (html.Open("svg", ("viewBox", "0 0 1000 10"), ("preserveAspectRatio", "none"), ("aria-hidden", "true")))
        {
            var start = 0.0;
            foreach (var (_, kind, bytes) in shares)
            {
                var width = 10 * disk.Percent(bytes);
                html.Element("rect", "", ("class", kind), ("x", Number(start)), ("width", Number(width)), ("height", "10"));
                start += width;
            }
        }
        using var caption = html.Open("figcaption");
        foreach (var (name, kind, bytes) in shares)
        {
            using var _ = html.Open("span", ("class", $"share {kind}"));
            html.Text(string.Create(CultureInfo.InvariantCulture, $"{name} {PageElements.Bytes(bytes)} ({disk.Percent(bytes):0.0} %)"));
        }
    }

    static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Net;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Building.Reporting;

/// <summary>The times of a build as a page that needs nothing beside itself: a bar for each stage, its phases below.</summary>
public static class TimelinePage
{
    const string Style = """
        :root { color-scheme: light dark; --ran: #2f6fde; --cached: #8a94a6; --phase: #7fa7ee; --line: #8884 }
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
        h1 { font-size: 1.4rem; margin: 0 }
        p { margin: .3rem 0 1.5rem; opacity: .8 }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap }
        .number { text-align: right; font-variant-numeric: tabular-nums }
        .times { width: 50%; min-width: 12rem }
        .track { position: relative; height: 1.1rem }
        .track + .track { height: .7rem }
        .bar { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: 2px; background: var(--cached) }
        .run { background: var(--ran) }
        .phase { background: var(--phase); border-right: 1px solid Canvas }
        td p { margin: .3rem 0; white-space: normal }
        details { white-space: normal } summary { cursor: pointer }
        @media (max-width: 45rem) { .number { display: none } th, td { white-space: normal } }
        """;

    /// <param name="name">Of the project.</param>
    /// <param name="when">When the build ended.</param>
    public static string Write(string name, BuildTimings timings, DateTimeOffset when)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>Build of ").Append(Encode(name)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>")
            .Append(Encode(name)).Append("</h1>\n<p>")
            .Append(Encode(Summary(timings))).Append(" &middot; ").Append(when.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).Append("</p>\n")
            .Append("<table>\n<thead><tr><th>Stage<th>Result<th class=\"number\">Seconds<th class=\"number\">Size<th class=\"number\">Names<th class=\"times\">When</tr></thead>\n<tbody>\n");
        foreach (var stage in timings.Stages)
            AppendStage(page, stage, timings.Duration);
        return page.Append("</tbody>\n</table>\n</body>\n</html>\n").ToString();
    }

    static string Summary(BuildTimings timings) => timings.Stages.Count == 0
        ? "Nothing had changed."
        : string.Create(CultureInfo.InvariantCulture,
            $"{timings.Stages.Count(stage => stage.Result == StageResult.Ran)} stages run, {timings.Stages.Count(stage => stage.Result == StageResult.Cached)} from the cache, {timings.Duration.TotalSeconds:0.00} s");

    static void AppendStage(StringBuilder page, StageTiming stage, TimeSpan whole)
    {
        var result = stage.Result switch { StageResult.Ran => "run", StageResult.Cached => "cached", StageResult.Failed => "failed", _ => "nothing to do" };
        page.Append("<tr><td>").Append(Encode(stage.Stage)).Append("<td>").Append(result)
            .Append("<td class=\"number\">").Append(Seconds(stage.Duration))
            .Append("<td class=\"number\">").Append(stage.Bytes is { } bytes ? Encode(HumanSize.Format(bytes)) : "")
            .Append("<td class=\"number\">").Append(stage.Entries?.ToString("#,0", CultureInfo.InvariantCulture))
            .Append("<td class=\"times\"><div class=\"track\">");
        AppendBar(page, stage.Result == StageResult.Ran ? "bar run" : "bar", stage.Stage, stage.Start, stage.Duration, whole);
        page.Append("</div>");
        if (stage.Note is { } note)
            page.Append("<p>").Append(Encode(note)).Append("</p>");
        if (stage.Phases.Count > 0)
        {
            page.Append("<div class=\"track\">");
            foreach (var phase in stage.Phases)
                AppendBar(page, "bar phase", phase.Text, phase.Start, phase.Duration, whole);
            page.Append("</div><details><summary>").Append(stage.Phases.Count).Append(" phases</summary>");
            foreach (var phase in stage.Phases)
                page.Append(Seconds(phase.Duration)).Append(" s ").Append(Encode(phase.Text)).Append("<br>");
            page.Append("</details>");
        }
        page.Append("</tr>\n");
    }

    static void AppendBar(StringBuilder page, string classes, string text, TimeSpan start, TimeSpan duration, TimeSpan whole) => page
        .Append("<span class=\"").Append(classes).Append("\" style=\"left:").Append(Percent(start, whole)).Append("%;width:").Append(Percent(duration, whole))
        .Append("%\" title=\"").Append(Encode(text)).Append(", ").Append(Seconds(duration)).Append(" s\"></span>");

    static string Percent(TimeSpan part, TimeSpan whole) =>
        (whole > TimeSpan.Zero ? 100 * (part / whole) : 0).ToString("0.###", CultureInfo.InvariantCulture);

    static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}

using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>Alerts and the dashboard of samples/monitoring against what daemons serve and docs/operations.md.</summary>
public sealed partial class MonitoringTests
{
    static readonly string samples = Path.Combine(Repository.Root, "samples/monitoring");

    [Theory]
    [InlineData("alerts.yml")]
    [InlineData("dashboard.json")]
    public void Every_metric_that_is_named_is_one_of_a_daemon(string file)
    {
        var known = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(source => QuotedMetric().Matches(File.ReadAllText(source))).Select(match => match.Groups[1].Value).ToHashSet();
        var named = Metric().Matches(File.ReadAllText(Path.Combine(samples, file))).Select(match => match.Value).Distinct().ToArray();
        Assert.True(named.Length > 10, $"{named.Length} metrics");
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Every_alert_leads_to_what_to_do()
    {
        var titles = File.ReadLines(Path.Combine(Repository.Root, "docs/operations.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..].ToLowerInvariant().Replace(' ', '-')).ToHashSet();
        var alerts = File.ReadAllText(Path.Combine(samples, "alerts.yml"));
        var leads = Runbook().Matches(alerts).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(alerts.Split("- alert: ").Length - 1, leads.Length);
        Assert.Empty(leads.Except(titles));
    }

    [Fact]
    public void Panels_of_the_dashboard_do_not_overlap()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(samples, "dashboard.json")));
        var places = dashboard.RootElement.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("gridPos")).Select(place => (X: place.GetProperty("x").GetInt32(), Y: place.GetProperty("y").GetInt32())).ToArray();
        Assert.Equal(places.Length, places.Distinct().Count());
    }

    [GeneratedRegex("\"((?:imageserver|imaginator|srpc|process|certificate)_[a-z_]+)\"")]
    private static partial Regex QuotedMetric();

    [GeneratedRegex(@"\b(?:imageserver|imaginator|srpc|process|certificate)_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"runbook: operations\.md#([a-z-]+)")]
    private static partial Regex Runbook();
}

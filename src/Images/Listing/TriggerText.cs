using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>A trigger in one line: "nginx (reload, high impact): /etc/nginx/.*".</summary>
public static class TriggerText
{
    public static string Of(Trigger trigger)
    {
        var marks = new List<string>();
        if (trigger.SortName.Length > 0)
            marks.Add($"sorted as {trigger.SortName}");
        if (trigger.DoReboot)
            marks.Add("reboot");
        if (trigger.DoReload)
            marks.Add("reload");
        if (trigger.HighImpact)
            marks.Add("high impact");
        var mark = marks.Count == 0 ? "" : $" ({string.Join(", ", marks)})";
        return OneLine.Of($"{trigger.Service}{mark}: ") + string.Join("  ", trigger.MatchLines.Select(OneLine.Of));
    }
}

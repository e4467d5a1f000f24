using System.Text.Json;

namespace ImageSdk.Images.Json;

/// <summary>Parts of an image in JSON.</summary>
public static class ImagePartsJson
{
    public static void WritePackage(this Utf8JsonWriter json, Package package) => json.WriteMembers(() =>
    {
        json.WriteString("name", package.Name);
        json.WriteString("version", package.Version);
        json.WriteNumber("size", package.Size);
    });

    public static void WriteTrigger(this Utf8JsonWriter json, Trigger trigger) => json.WriteMembers(() =>
    {
        json.WriteString("service", trigger.Service);
        json.WriteList("matchLines", trigger.MatchLines);
        json.WriteText("sortName", trigger.SortName);
        if (trigger.DoReboot)
            json.WriteBoolean("doReboot", true);
        if (trigger.DoReload)
            json.WriteBoolean("doReload", true);
        if (trigger.HighImpact)
            json.WriteBoolean("highImpact", true);
    });
}

using ImageSdk.Cli.Context;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Output;

/// <summary>Names, one a line or as a JSON list.</summary>
static class NameList
{
    public static void Write(CommandContext context, IEnumerable<string> names)
    {
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(names, json.WriteStringValue));
            return;
        }
        foreach (var name in names)
            context.Host.Text.WriteLine(name);
    }
}

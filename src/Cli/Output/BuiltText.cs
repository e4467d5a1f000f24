using ImageSdk.Cli.Context;

namespace ImageSdk.Cli.Output;

/// <summary>What a command that builds an image answers: the image's name, which is empty where it is in a file alone.</summary>
static class BuiltText
{
    public static void Write(CommandContext context, string name, string? file)
    {
        if (context.IsJson)
            context.Host.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("image", name);
                if (file is not null)
                    json.WriteString("file", file);
                json.WriteEndObject();
            });
        else if (name.Length > 0)
            context.Host.Text.WriteLine(name);
    }
}

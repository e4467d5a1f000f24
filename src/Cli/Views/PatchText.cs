using ImageSdk.Cli.Context;
using ImageSdk.Cli.Output;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Trees.Patching;

namespace ImageSdk.Cli.Views;

/// <summary>What a patch does, one line a path: "-" removed, "+" new or replaced, "~" mode, owner or time.</summary>
static class PatchText
{
    /// <param name="isDry">Without it the text is silent, as imagetool; JSON tells all the same.</param>
    public static void Write(CommandContext context, TreePatch patch, bool isDry)
    {
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteMembers(() =>
            {
                json.WriteBoolean("dryRun", isDry);
                WritePaths("removed", patch.Remove);
                WritePaths("replaced", patch.Replace.Select(entry => entry.Path));
                WritePaths("changed", patch.Change.Select(entry => entry.Path));

                void WritePaths(string member, IEnumerable<ByteString> paths) =>
                    json.WriteList(member, paths, path => json.WriteMembers(() => json.WriteBytes("path", path)));
            }));
            return;
        }
        if (!isDry)
            return;
        foreach (var (mark, paths) in (ReadOnlySpan<(char, IEnumerable<ByteString>)>)
            [('-', patch.Remove), ('+', patch.Replace.Select(entry => entry.Path)), ('~', patch.Change.Select(entry => entry.Path))])
        {
            foreach (var path in paths)
                context.Host.Text.WriteLine($"{mark} {VisibleText.Of(path)}");
        }
    }
}

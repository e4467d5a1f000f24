using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images.Text;

namespace ImageSdk.Contracts.Packagers;

/// <summary>
/// Writes /bin/generic-packager: one script with the same commands whatever the image's native packages are. Format and
/// order of the commands are the field's, because images of other builders are used as sources and the other way round.
/// </summary>
static class GenericPackagerScript
{
    public static string Write(PackagerType packager)
    {
        var script = new StringBuilder();
        script.Append("#! /bin/sh\n# Created by ImageSdk.\n");
        foreach (var line in packager.Verbatim)
            script.Append(line).Append('\n');
        script.Append("cmd=\"$1\"; shift\n");
        Command("clean", packager.CleanCommand);
        script.Append("[ \"$cmd\" = \"copy-in\" ] && exec cat > \"$1\"\n");
        Command("install", packager.InstallCommand);
        Command("list", packager.ListCommand);
        Command("remove", packager.RemoveCommand);
        script.Append("[ \"$cmd\" = \"run\" ] && exec \"$@\"\n");
        script.Append("if [ \"$cmd\" = \"show-clean-patterns\" ]; then\n");
        foreach (var pattern in packager.CleanPatterns)
            script.Append("    echo ").Append(ShellWord.Quote(pattern)).Append('\n');
        script.Append("    exit 0\nfi\n");
        script.Append("[ \"$cmd\" = \"show-size-multiplier\" ] && exec echo ").Append(Math.Max(packager.ListSizeMultiplier, 1)).Append('\n');
        Command("update", packager.UpdateCommand);
        Command("upgrade", packager.UpgradeCommand);
        script.Append("echo \"Invalid command: $cmd\"\nexit 2\n");
        return script.ToString();

        void Command(string name, IReadOnlyList<string> command)
        {
            script.Append($"[ \"$cmd\" = \"{name}\" ] && ");
            if (command.Count == 0)
            {
                script.Append("exit 0\n");
                return;
            }
            script.Append("exec");
            foreach (var argument in command)
                script.Append(' ').Append(Quote(argument));
            script.Append(" \"$@\"\n");
        }
    }

    /// <summary>
    /// A word without blanks stays bare, so that the shell expands it; one with blanks is quoted, and a line feed at its
    /// end becomes the two characters that printf-like format options take for one.
    /// </summary>
    static string Quote(string argument)
    {
        if (argument.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length < 2)
            return argument;
        return argument.EndsWith('\n') ? $"'{argument[..^1]}\\n'" : $"'{argument}'";
    }
}

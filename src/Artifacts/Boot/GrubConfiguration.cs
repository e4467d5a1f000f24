using System.Text;

namespace ImageSdk.Artifacts.Boot;

/// <summary>GRUB's configuration files.</summary>
static class GrubConfiguration
{
    /// <summary>What an image of GRUB does first: finds the file system with the real configuration.</summary>
    /// <param name="search">What follows the command search, to find that file system: "--fs-uuid 0815".</param>
    /// <param name="directory">The configuration's directory there.</param>
    public static string Early(string search, string directory) =>
        $"search --no-floppy --set=root {search}\nset prefix=($root){directory}\nconfigfile $prefix/grub.cfg\n";

    /// <summary>The menu: one entry, shown on screen and serial line.</summary>
    /// <param name="search">What follows the command search, to find the file system with the kernel.</param>
    /// <param name="kernel">Its path there.</param>
    /// <param name="initrd">Path of the initial file system there.</param>
    /// <param name="timeout">Seconds.</param>
    public static string Menu(string title, string search, string kernel, string initrd, string commandLine, long timeout) =>
        $$"""
        serial --unit=0 --speed=115200
        terminal_input console serial
        terminal_output console serial
        set default=0
        set timeout={{timeout}}

        menuentry '{{title}}' {
          search --no-floppy --set=root {{search}}
          linux {{kernel}} {{Quote(commandLine)}}
          initrd {{initrd}}
        }

        """;

    /// <summary>Whether a text can be handed to the kernel by way of GRUB.</summary>
    public static bool IsCommandLine(string text) => text.All(letter => letter is >= ' ' and <= '~' and not '\'') && text.Count(letter => letter == '"') % 2 == 0;

    // Every parameter quoted for GRUB. It puts quotation marks around those with blanks by itself.
    static string Quote(string commandLine)
    {
        var result = new StringBuilder();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var letter in commandLine.Append(' '))
        {
            if (letter == '"')
                quoted = !quoted;
            else if (letter != ' ' || quoted)
                word.Append(letter);
            else if (word.Length > 0)
            {
                result.Append(result.Length > 0 ? " '" : "'").Append(word).Append('\'');
                word.Clear();
            }
        }
        return result.ToString();
    }
}

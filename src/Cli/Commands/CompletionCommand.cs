using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk completion: a script that lets a shell complete commands, options and names of images.</summary>
sealed class CompletionCommand : LocalCommand
{
    readonly Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };

    readonly IEnumerable<string> commands;

    /// <param name="commands">Names of all commands.</param>
    public CompletionCommand(IEnumerable<string> commands) : base("completion", "Write a script that lets a shell complete commands and names of images")
    {
        this.commands = commands;
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Add(shell);
    }

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var names = string.Join(' ', commands);
        context.Host.Text.Write(arguments.GetRequiredValue(shell) switch
        {
            "bash" => Bash(names),
            "zsh" => Zsh(names),
            _ => Fish(names),
        });
        return ExitCode.Success;
    }

    // Names of images have colons, which bash takes for the end of a word.
    static string Bash(string names) => $$"""
        # source <(imagesdk completion bash)
        _imagesdk() {
            local cur words cword
            cur=${COMP_LINE:0:COMP_POINT}
            cur=${cur##* }
            if [[ $COMP_CWORD -eq 1 ]]; then
                COMPREPLY=($(compgen -W "{{names}}" -- "$cur"))
                return
            fi
            if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W "$(imagesdk "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)" -- "$cur"))
                return
            fi
            COMPREPLY=($(compgen -W "$(imagesdk list --names 2>/dev/null; imagesdk listdirs 2>/dev/null | cut -d' ' -f1)" -- "$cur") $(compgen -f -- "$cur"))
            if [[ $cur == *:* ]]; then
                local prefix=${cur%"${cur##*:}"} index
                for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]=${COMPREPLY[index]#"$prefix"}; done
            fi
        }
        complete -o default -F _imagesdk imagesdk

        """;

    static string Zsh(string names) => $$"""
        #compdef imagesdk
        # source <(imagesdk completion zsh)
        _imagesdk() {
            if (( CURRENT == 2 )); then
                compadd -- {{names}}
            elif [[ $PREFIX == -* ]]; then
                compadd -- ${(f)"$(imagesdk $words[2] --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)"}
            else
                compadd -- ${(f)"$(imagesdk list --names 2>/dev/null)"} ${(f)"$(imagesdk listdirs 2>/dev/null | cut -d' ' -f1)"}
                _files
            fi
        }
        compdef _imagesdk imagesdk

        """;

    static string Fish(string names) => $$"""
        # imagesdk completion fish | source
        complete -c imagesdk -n __fish_use_subcommand -f -a "{{names}}"
        complete -c imagesdk -n "not __fish_use_subcommand" -a "(imagesdk list --names 2>/dev/null; imagesdk listdirs 2>/dev/null | cut -d' ' -f1)"
        complete -c imagesdk -n "not __fish_use_subcommand" -a "(imagesdk (commandline -opc)[2] --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)"

        """;
}

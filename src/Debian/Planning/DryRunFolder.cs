using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// The folder of a dry run, in which apt believes to install packages. In it are programs that stand in for others: methods that fetch
/// nothing, but make a file of the right size without content and write down what it is, and a dpkg that writes down how it is called.
/// </summary>
/// <param name="root">Where the folder lies; whose own apt's methods are is another matter.</param>
/// <param name="name">The folder's, without a slash in front.</param>
/// <param name="path">Its absolute path, where apt runs.</param>
sealed partial class DryRunFolder(DirectoryHandle root, string name, string path)
{
    // The folder's absolute path, and the program that dpkg's other calls go to, for the programs.
    const string PathVariable = "IMAGESDK_REHEARSAL";
    const string OtherwiseVariable = "IMAGESDK_REHEARSAL_OTHERWISE";

    const string FetchedFile = "fetched";
    const string CallsFile = "calls";
    const string OrderFile = "order";
    const string PlannerFile = "planner";
    const string ListsFolder = "lists";
    const uint ProgramMode = Permissions.Program;

    /// <summary>Where apt has its own methods.</summary>
    public const string AptMethods = "usr/lib/apt/methods";

    /// <summary>Settings of apt that let it stop when it has said which packages come, in which order. It fails then.</summary>
    public const string OnlyOrder = $"DPkg::Pre-Install-Pkgs::=cat > \"${PathVariable}/{OrderFile}\" && false";

    // Any method. Messages have a line and fields, and end with an empty line; digests are those that apt expects.
    const string Method =
        $$"""
        #!/bin/sh
        printf '100 Capabilities\nVersion: 1.2\nPipeline: true\nSingle-Instance: true\nSend-URI-Encoded: true\n\n'
        forget() {
            message= uri= file= digest= size=
        }
        forget
        while read -r word rest; do
            case $word in
                600) message=acquire ;;
                URI:) uri=$rest ;;
                Filename:) file=$rest ;;
                Expected-SHA256:) digest=$rest ;;
                Expected-Checksum-FileSize:) size=$rest ;;
                '')
                    if [ "$message" = acquire ]; then
                        truncate -s "$size" "$file" || exit 1
                        printf "'%s' %s %s SHA256:%s\n" "$uri" "${file##*/}" "$size" "$digest" >> "${{PathVariable}}/{{FetchedFile}}"
                        printf '201 URI Done\nURI: %s\nFilename: %s\nSize: %s\nSHA256-Hash: %s\n\n' "$uri" "$file" "$size" "$digest"
                    fi
                    forget
                    ;;
            esac
        done

        """;

    const string Dpkg =
        $"""
        #!/bin/sh
        case " $* " in
            *' --status-fd '*) printf '%s\n' "$@" '' >> "${PathVariable}/{CallsFile}" ;;
            *) exec "${OtherwiseVariable}" "$@" ;;
        esac

        """;

    bool hasClosure;

    /// <summary>Makes the folder.</summary>
    /// <param name="methods">apt's own.</param>
    public void Make(DirectoryHandle methods)
    {
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{name}/methods"), ProgramMode);
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{name}/archives/partial"), ProgramMode);
        foreach (var method in methods.ReadNames())
            BootstrapRoot.WriteFile(root, $"{name}/methods/{Encoding.UTF8.GetString(method)}", Method, ProgramMode);
        BootstrapRoot.WriteFile(root, $"{name}/dpkg", Dpkg, ProgramMode);
    }

    /// <summary>Gives apt the lists of a closure in place of all.</summary>
    /// <param name="source">Where all lists are.</param>
    /// <param name="sourcePath">The same as an absolute path, where apt runs.</param>
    public void Write(DependencyClosure closure, DirectoryHandle source, string sourcePath)
    {
        var folder = Encoding.UTF8.GetBytes($"{name}/{ListsFolder}");
        root.MakeDirectoriesInRoot([.. folder, .. "/partial"u8], ProgramMode);
        using var target = root.OpenDirectoryInRoot(folder);
        closure.Write(target, source, sourcePath);
        hasClosure = true;
    }

    /// <summary>Options of apt.</summary>
    /// <param name="further">More settings, as "NAME=VALUE".</param>
    public IEnumerable<string> Options(params IEnumerable<string> further)
    {
        string[] settings =
        [
            $"Dir::Bin::Methods={path}/methods/", $"Dir::Bin::dpkg={path}/dpkg", $"Dir::Cache::archives={path}/archives/", $"Dir::Log::Planner={path}/{PlannerFile}",
            "APT::Sandbox::User=root", "DPkg::Use-Pty=false", "DPkg::Install::Recursive::minimum=1000000", .. DebianPackage.AptOptions,
            // Its digests of lists are of others, and it is to say of conflicts.
            .. hasClosure ? [$"Dir::State::lists={path}/{ListsFolder}/", "Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache=", "Debug::pkgProblemResolver=true"] : (string[])[],
            .. further,
        ];
        return settings.SelectMany(setting => new[] { "-o", setting });
    }

    /// <summary>What the programs find in their environment.</summary>
    /// <param name="otherwise">The program that dpkg's other calls go to, such as for its foreign architectures.</param>
    public IEnumerable<KeyValuePair<string, string>> Environment(string otherwise) => [new(PathVariable, path), new(OtherwiseVariable, otherwise)];

    /// <summary>What was written down.</summary>
    /// <param name="lines">What apt said.</param>
    /// <returns>Null where apt was given a part of its lists and found conflicts: then it needs all of them.</returns>
    public DryRun? Read(IReadOnlyList<string> lines)
    {
        if (hasClosure && !TryForgetResolver(ref lines))
            return null;
        return new(
            lines, LinesOf(FetchedFile), LinesOf(OrderFile),
            [.. TextOf(CallsFile).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split('\n', StringSplitOptions.RemoveEmptyEntries))],
            TextOf(PlannerFile));
    }

    // What resolves conflicts says each time how many there are, and when it has done; more where there are some.
    static bool TryForgetResolver(ref IReadOnlyList<string> lines)
    {
        var rest = new List<string>();
        var said = 0;
        foreach (var line in lines)
            if (ResolverStart().Match(line) is { Success: true } match)
            {
                if (match.Groups["count"].Value != "0")
                    return false;
                said++;
            }
            else if (said == 0 || line != "Done")
                rest.Add(line);
        lines = rest;
        return said > 0;
    }

    [GeneratedRegex(@"^Starting( 2)? pkgProblemResolver with broken count: (?<count>\d+)$")]
    private static partial Regex ResolverStart();

    string[] LinesOf(string file) => TextOf(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    string TextOf(string file) => RootFile.TryReadText(root, $"{name}/{file}") ?? "";
}

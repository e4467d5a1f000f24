using System.Text;
using ImageSdk.Building.Worker;
using ImageSdk.Posix;

namespace ImageSdk.Building.DebianPackages;

/// <summary>
/// Lets the apt of a root install packages without any, to see what it would do. It is given methods that fetch nothing, but make a
/// file of the right size without content and write down what it is, and in dpkg's place a program that writes down how it is called.
/// A simulation (<c>apt-get -s</c>) says less and takes twice as long, because it works out anew for each package what would be left
/// over.
/// </summary>
/// <param name="context">Of a root that is thrown away.</param>
sealed class AptRehearsal(StageContext context)
{
    const string Folder = ".imagesdk-rehearsal";
    const string Methods = "usr/lib/apt/methods";
    const string FetchedFile = $"{Folder}/fetched";
    const string ConfigurationFile = $"{Folder}/apt.conf";
    const string CallsFile = $"{Folder}/calls";
    const string PlannerFile = $"{Folder}/planner";
    const uint ProgramMode = 0x1ED; // 0755

    // Read after the root's own configuration. debconf's hook would look into packages that have nothing in them.
    const string Configuration =
        $"""
        #clear DPkg::Pre-Install-Pkgs;
        Dir::Bin::Methods "/{Folder}/methods/";
        Dir::Bin::dpkg "/{Folder}/dpkg";
        Dir::Cache::archives "/{Folder}/archives/";
        Dir::Log::Planner "/{PlannerFile}";
        APT::Sandbox::User "root";
        Acquire::ForceHash "SHA256";
        DPkg::Use-Pty "false";
        DPkg::Install::Recursive::minimum "1000000";

        """;

    // The interface of apt's methods: messages of a line and fields, which an empty line ends. Digests are those that apt expects.
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
                        printf "'%s' %s %s SHA256:%s\n" "$uri" "$(basename "$file")" "$size" "$digest" >> /{{FetchedFile}}
                        printf '201 URI Done\nURI: %s\nFilename: %s\nSize: %s\nSHA256-Hash: %s\n\n' "$uri" "$file" "$size" "$digest"
                    fi
                    forget
                    ;;
            esac
        done

        """;

    // What apt asks dpkg besides, such as its foreign architectures, it is told.
    const string Dpkg =
        $"""
        #!/bin/sh
        case " $* " in
            *' --status-fd '*) printf '%s\n' "$@" '' >> /{CallsFile} ;;
            *) exec /usr/bin/dpkg "$@" ;;
        esac

        """;

    /// <returns>Null where apt fails, or needs something that only the real programs know.</returns>
    public Rehearsal? Install(IEnumerable<string> names)
    {
        var root = context.Handle;
        if (root.StatInRoot(Encoding.UTF8.GetBytes(Methods)) is not { Kind: FileKind.Directory })
            return null;
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{Folder}/methods"), ProgramMode);
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{Folder}/archives/partial"), ProgramMode);
        using (var methods = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(Methods)))
            foreach (var name in methods.ReadNames())
                BootstrapRoot.WriteFile(root, $"{Folder}/methods/{Encoding.UTF8.GetString(name)}", Method, ProgramMode);
        BootstrapRoot.WriteFile(root, $"{Folder}/dpkg", Dpkg, ProgramMode);
        BootstrapRoot.WriteFile(root, ConfigurationFile, Configuration, 0x1A4); // 0644
        try
        {
            var (exitCode, lines) = context.QueryInBuildEnvironment([GenericPackager.PathInImage, "install", "-c", $"/{ConfigurationFile}", .. names]);
            return exitCode == 0 ? new(lines, LinesOf(FetchedFile), ReadCalls(), RootFile.TryReadText(root, PlannerFile) ?? "") : null;
        }
        finally
        {
            root.RemoveTree(Encoding.UTF8.GetBytes(Folder));
        }
    }

    string[] LinesOf(string file) => (RootFile.TryReadText(context.Handle, file) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    List<IReadOnlyList<string>> ReadCalls() =>
    [
        .. (RootFile.TryReadText(context.Handle, CallsFile) ?? "").Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(call => call.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];
}

/// <summary>What apt did when it believed to install packages.</summary>
/// <param name="Lines">What it said.</param>
/// <param name="Fetched">A line for each package that it would have fetched: <see cref="DebianPackage.ParseUriLine"/>.</param>
/// <param name="Calls">Arguments of dpkg, call by call.</param>
/// <param name="PlannerLog">What it gave its planner: the packages in its own order.</param>
sealed record Rehearsal(IReadOnlyList<string> Lines, IReadOnlyList<string> Fetched, IReadOnlyList<IReadOnlyList<string>> Calls, string PlannerLog)
{
    /// <summary>What dpkg would have done, package by package. At the end it configures all that is not yet, without being told names.</summary>
    public IReadOnlyList<PackageAction> ReadActions()
    {
        var actions = new List<PackageAction>();
        foreach (var call in Calls)
        {
            if (call.Contains("--unpack"))
                actions.AddRange(call.Where(argument => argument.EndsWith(".deb", StringComparison.Ordinal)).Select(file => new PackageAction(true, Path.GetFileName(file).Split('_')[0])));
            else if (call.Contains("--configure"))
                actions.AddRange(call.SkipWhile(argument => argument != "--configure").Skip(1).Where(argument => !argument.StartsWith('-')).Select(name => new PackageAction(false, name.Split(':')[0])));
        }
        var configured = actions.Where(action => !action.Unpacks).Select(action => action.Name).ToHashSet(StringComparer.Ordinal);
        return [.. actions, .. actions.Where(action => action.Unpacks && !configured.Contains(action.Name)).Select(action => new PackageAction(false, action.Name))];
    }
}

namespace ImageSdk.Building.DebianPackages;

/// <summary>
/// What stands in for other programs while apt rehearses an installation: methods that fetch nothing, but make a file of the right
/// size without content and write down what it is, and a dpkg that writes down how it is called. They find the rehearsal's folder by a
/// variable.
/// </summary>
static class RehearsalPrograms
{
    /// <summary>The variable with the folder's absolute path.</summary>
    public const string FolderVariable = "IMAGESDK_REHEARSAL";

    /// <summary>The variable with the program that dpkg's other calls go to.</summary>
    public const string OtherwiseVariable = "IMAGESDK_REHEARSAL_OTHERWISE";

    // Names in the folder.
    public const string MethodsFolder = "methods";
    public const string ArchivesFolder = "archives";
    public const string DpkgFile = "dpkg";
    public const string FetchedFile = "fetched";
    public const string CallsFile = "calls";

    /// <summary>Where apt has its own methods.</summary>
    public const string AptMethods = "usr/lib/apt/methods";

    /// <summary>Any method. Messages have a line and fields, and end with an empty line; digests are those that apt expects.</summary>
    public const string Method =
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
                        printf "'%s' %s %s SHA256:%s\n" "$uri" "$(basename "$file")" "$size" "$digest" >> "${{FolderVariable}}/{{FetchedFile}}"
                        printf '201 URI Done\nURI: %s\nFilename: %s\nSize: %s\nSHA256-Hash: %s\n\n' "$uri" "$file" "$size" "$digest"
                    fi
                    forget
                    ;;
            esac
        done

        """;

    public const string Dpkg =
        $"""
        #!/bin/sh
        case " $* " in
            *' --status-fd '*) printf '%s\n' "$@" '' >> "${FolderVariable}/{CallsFile}" ;;
            *) exec "${OtherwiseVariable}" "$@" ;;
        esac

        """;

    /// <summary>Settings of apt, as "NAME=VALUE".</summary>
    /// <param name="folder">Absolute path.</param>
    public static IEnumerable<string> Settings(string folder) =>
    [
        $"Dir::Bin::Methods={folder}/{MethodsFolder}/", $"Dir::Bin::dpkg={folder}/{DpkgFile}", $"Dir::Cache::archives={folder}/{ArchivesFolder}/",
        "APT::Sandbox::User=root", "DPkg::Use-Pty=false", "DPkg::Install::Recursive::minimum=1000000", .. DebianPackage.AptOptions,
    ];
}

namespace ImageSdk.Contracts.Projects;

/// <summary>
/// What identifies one machine and has no place in an image: packages and scripts make it while they are installed, and machines of one
/// image would share it. A clean-up resets it, as virt-sysprep, live-build and the makers of cloud images do.
/// </summary>
public static class MachineIdentity
{
    public const string MachineId = "machine-id";
    public const string SshHostKeys = "ssh-host-keys";
    public const string RandomSeed = "random-seed";
    public const string CredentialSecret = "credential-secret";

    /// <summary>Files of each kind, by expressions of their paths in the image; * stands for any part of a name.</summary>
    static readonly (string Kind, string Directory, string Name)[] files =
    [
        (MachineId, "etc", "machine-id"),
        (MachineId, "var/lib/dbus", "machine-id"),
        (SshHostKeys, "etc/ssh", "ssh_host_*_key"),
        (SshHostKeys, "etc/ssh", "ssh_host_*_key.pub"),
        (SshHostKeys, "etc/dropbear", "dropbear_*_host_key"),
        (SshHostKeys, "etc/dropbear", "dropbear_*_host_key.pub"),
        (RandomSeed, "var/lib/systemd", "random-seed"),
        (RandomSeed, "var/lib/urandom", "random-seed"),
        (RandomSeed, "var/lib", "random-seed"),
        (RandomSeed, "boot/loader", "random-seed"),
        (RandomSeed, "boot/efi/loader", "random-seed"),
        (RandomSeed, "efi/loader", "random-seed"),
        (CredentialSecret, "var/lib/systemd", "credential.secret"),
    ];

    /// <summary>All that can be kept by the property ImageKeepIdentity.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [MachineId, SshHostKeys, RandomSeed, CredentialSecret];

    /// <summary>Directories, and which of their files are to be reset.</summary>
    /// <param name="kept">Kinds that stay.</param>
    internal static IEnumerable<(string Kind, string Directory, string Name)> FilesBut(IReadOnlyList<string> kept) =>
        files.Where(file => !kept.Contains(file.Kind));

    internal static bool Matches(string pattern, string name) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>The files of a tree of the project that are such: its author put them there.</summary>
    /// <returns>Paths of the image, without a leading slash.</returns>
    internal static IEnumerable<string> In(ProjectTreeItem tree) =>
        from file in files
        let folder = tree.SourceOf(file.Directory)
        where Directory.Exists(folder)
        from found in Directory.EnumerateFiles(folder, file.Name)
        where Matches(file.Name, Path.GetFileName(found))
        select $"{file.Directory}/{Path.GetFileName(found)}";

    /// <summary>Whether a path without a leading slash is one of them.</summary>
    internal static bool Has(string path) => files.Any(file =>
        Path.GetDirectoryName(path) == file.Directory && Matches(file.Name, Path.GetFileName(path)));
}

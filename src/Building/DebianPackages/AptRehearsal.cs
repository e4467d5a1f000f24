using System.Text;
using ImageSdk.Building.Worker;
using ImageSdk.Posix;

namespace ImageSdk.Building.DebianPackages;

/// <summary>
/// Lets the apt of a root install packages without any, to see what it would do. A simulation (<c>apt-get -s</c>) says less and takes
/// twice as long, because it works out anew after each package what would be left over.
/// </summary>
/// <param name="context">Of a root that is thrown away.</param>
sealed class AptRehearsal(StageContext context)
{
    const string Folder = ".imagesdk-rehearsal";
    const string ConfigurationFile = $"{Folder}/apt.conf";
    const string PlannerFile = $"{Folder}/planner";
    const uint ProgramMode = 0x1ED; // 0755

    /// <returns>Null where apt fails, or needs something that only the real programs know.</returns>
    public Rehearsal? Install(IEnumerable<string> names)
    {
        var root = context.Handle;
        if (root.StatInRoot(Encoding.UTF8.GetBytes(RehearsalPrograms.AptMethods)) is not { Kind: FileKind.Directory })
            return null;
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{Folder}/{RehearsalPrograms.MethodsFolder}"), ProgramMode);
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"{Folder}/{RehearsalPrograms.ArchivesFolder}/partial"), ProgramMode);
        using (var methods = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(RehearsalPrograms.AptMethods)))
            foreach (var name in methods.ReadNames())
                BootstrapRoot.WriteFile(root, $"{Folder}/{RehearsalPrograms.MethodsFolder}/{Encoding.UTF8.GetString(name)}", RehearsalPrograms.Method, ProgramMode);
        BootstrapRoot.WriteFile(root, $"{Folder}/{RehearsalPrograms.DpkgFile}", RehearsalPrograms.Dpkg, ProgramMode);
        // Read after the root's own configuration. debconf's hook would look into packages that have nothing in them.
        BootstrapRoot.WriteFile(root, ConfigurationFile, "#clear DPkg::Pre-Install-Pkgs;\n", 0x1A4); // 0644
        try
        {
            var (exitCode, lines) = context.QueryInBuildEnvironment(
            [
                "/usr/bin/env", $"{RehearsalPrograms.FolderVariable}=/{Folder}", $"{RehearsalPrograms.OtherwiseVariable}=/usr/bin/dpkg",
                GenericPackager.PathInImage, "install", "-c", $"/{ConfigurationFile}",
                .. RehearsalPrograms.Settings($"/{Folder}").Append($"Dir::Log::Planner=/{PlannerFile}").SelectMany(setting => new[] { "-o", setting }), .. names,
            ]);
            return exitCode == 0
                ? Rehearsal.Read(lines, name => RootFile.TryReadText(root, $"{Folder}/{name}")) with { PlannerLog = RootFile.TryReadText(root, PlannerFile) ?? "" }
                : null;
        }
        finally
        {
            root.RemoveTree(Encoding.UTF8.GetBytes(Folder));
        }
    }
}

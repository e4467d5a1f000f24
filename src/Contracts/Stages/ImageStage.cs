namespace ImageSdk.Contracts.Stages;

/// <summary>The stages of a manifest, in the order in which they run. The names are the names of the MSBuild targets.</summary>
public enum ImageStage
{
    ResolveSourceImage,
    UnpackSourceImage,
    CopyFiles,
    RunPreInstallScripts,
    InstallPackages,
    CopyPostInstallFiles,
    RunScripts,
    CopyPostScriptsFiles,
    CleanPackages,
    RunPostCleanupScripts,
    ScanImage,
    TestImage,
}

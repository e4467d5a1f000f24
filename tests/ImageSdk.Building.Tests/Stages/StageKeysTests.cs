using System.Text;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>
/// The keys of all stages of a project that has everything. A key that changes makes every cache in the world worthless for that stage:
/// where that is meant, its version was raised, and the new key belongs here.
/// </summary>
public sealed class StageKeysTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk keys ü").FullName;

    BuildPlan Plan(bool locked) => new ProjectWithEverything(folder).Plan(locked);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Keys_of_a_project_with_everything_stay() => Same(
        """
        UnpackSourceImage 5 eeb7690932cfcede8eb23720664b16b4afecd2623164566378c64d167f0e8779
        CopyFiles 2 328dc8fe052cd52c1a0262e00398fb30e469a5e2dac9c8b56d96803788f1f7b4
        RunPreInstallScripts 4 0ee8fb29b6d54db7c892a3fafa3e26780c937b52f9f887b8e241968a3ab132b1
        InstallPackages 5 252a3fd7c9b34331bc780caadc474535579293249c4399c3df3f655f55d566e7
        CopyPostInstallFiles 2 6fa3e4a49569245a0b3657db057c1e39800d11a2cf0f47c927ac8fe7a8d939fe
        RunScripts 4 ee7d6e43c6fd9ab72a4df98e098fbda82bd0cf3034005482c7ab9a7d0bb9657b
        CopyPostScriptsFiles 2 0e66a2aa8ea3d4354ec95ea0df854d278d3116aae68b95e5c3cfe14c03c8ef4d
        CleanPackages 3 1f2d121e707cfea65d45189cd4a7ede40fc2507abe1fa5a88ed84de874893bf9
        RunPostCleanupScripts 4 947780805d5ec64338baa921e0d06c44b7980de9b5f773e118428fe803a6a430
        ScanImage 2 1248beb21ec4f5709b7e58716f2ac267579ed91be982c8714d586d2eb44c41bb
        TestImage 2 e19e9b2bc26913dab563a1c777e7c4024dbd529f1e988afda92dcc182df0f20c
        """, Describe(locked: false));

    [Fact]
    public void Keys_of_the_same_project_with_a_lock_stay() => Same(
        """
        UnpackSourceImage 5 ee252e3214832376ca218b48c8f26d9b30cee44a58b5df3b51fc8ac4035290b3
        CopyFiles 2 b79dd64cafb720d95c8b2cc970b4b2e083efaf747524a1e4d61ee571c5e7eaff
        RunPreInstallScripts 4 62d78e123f1c72eb6032dfba74a6f82f56ae0b0430765334d4cc8c5932c1eed6
        InstallPackages 5 461a58df2c890431cc47c700bacb4d8326b695b66bf8649041c02b1bc7dcb3a2
        CopyPostInstallFiles 2 6fadf879d3da1c74b7c6e58fa108ceee92d61f6320c226338f75289dcbbc09d6
        RunScripts 4 f39f0d4ba45f194547be7df890934b21dd5356852c6c4fdccd0db8c31d503f50
        CopyPostScriptsFiles 2 f946c52a5fa0bf165ffcd76b72fc03e552da436b14421d5d5b2a5a25694bdbdd
        CleanPackages 3 7572021da93d979fcc416c76c8e37d25719a1515eb8f586b80ab69d0b4feabcb
        RunPostCleanupScripts 4 7df5db3be4fbeb5bf67a8dae5cc0f149b1e8492e5258c652554aa131899868a3
        ScanImage 2 d10713b46f0a7b4ca9a160ae55e325bddd9ab7c0500afdceeefb8b7ed4e77476
        TestImage 2 0bae55a4a3b53db6f09a44ec00e3443a5a4aa8ceee1b6f5ef6f07995c443b71a
        """, Describe(locked: true));

    [Fact]
    public void What_the_worker_is_asked_for_stays() => Same(
        """
        CopyFiles: Copy files Copy files file /etc/of-files Append files.append Template files.templated
        RunPreInstallScripts: run pre-install-scripts 10-one,script
        InstallPackages: install less,nano,procps
        CopyPostInstallFiles: Copy post-install-files file /etc/of-install Append post-install-files.append Append post-install-files.append Template post-install-files.templated
        RunScripts: run scripts 10-one,script
        CopyPostScriptsFiles: Copy post-scripts-files file /etc/of-scripts Append post-scripts-files.append Template post-scripts-files.templated Template post-scripts-files.templated
        CleanPackages: clean restore post-scripts-files,post-scripts-files.append,post-scripts-files.templated,post-scripts-files.templated /etc/of-scripts
        RunPostCleanupScripts: run post-cleanup-scripts 10-one,script
        """, string.Join('\n', Enum.GetValues<ImageStage>().Where(HasOperations).Select(stage => $"{stage}: {string.Join(' ', OperationsOf(stage))}")));

    [Fact]
    public void A_generation_of_packages_changes_the_stages_that_follow_them_alone()
    {
        var plan = Plan(locked: false);
        var layers = plan.OpenLayers();
        layers.CreateDirectories();
        var keys = new StageKeys(plan, layers);
        var stages = Enum.GetValues<ImageStage>();
        string[] Keys() => [keys.OfBootstrap("inputs"), .. stages.Select(stage => keys.Of(stage, "before", "inputs"))];
        var old = Keys();
        layers.StartGeneration(StreamGeneration.KeyOf(plan.Project.Stream));
        var changed = Keys().Zip(old).Select((pair, at) => pair.First == pair.Second ? null : at == 0 ? "bootstrap" : stages[at - 1].ToString()).OfType<string>();
        Assert.Equal(["bootstrap", "UnpackSourceImage", "InstallPackages"], changed);
    }

    // With all of what was found, for the new text.
    static void Same(string expected, string found) => Assert.True(expected == found, $"Found:\n{found}");

    string Describe(bool locked)
    {
        var plan = Plan(locked);
        var inputs = new StageInputs(plan, new DigestCache(Path.Combine(folder, "digests")));
        var keys = new StageKeys(plan, plan.OpenLayers());
        var text = new StringBuilder();
        var key = "";
        foreach (var stage in Enum.GetValues<ImageStage>().Where(stage => stage != ImageStage.ResolveSourceImage))
        {
            var described = inputs.Describe(stage);
            Assert.NotEmpty(described);
            key = stage == ImageStage.UnpackSourceImage ? keys.OfBootstrap(described) : keys.Of(stage, key, described);
            text.Append(described[..described.IndexOf('\n')]).Append(' ').Append(key).Append('\n');
        }
        return text.ToString().TrimEnd();
    }

    static bool HasOperations(ImageStage stage) =>
        stage is not (ImageStage.ResolveSourceImage or ImageStage.UnpackSourceImage or ImageStage.ScanImage or ImageStage.TestImage);

    IEnumerable<string> OperationsOf(ImageStage stage) => new StageOperations(Plan(locked: false)).Of(stage).Select(operation => operation switch
    {
        CopyTreeOperation tree => $"{tree.Use} {tree.Label}",
        CopyFileOperation file => $"file {file.TargetPath}",
        RunScriptsOperation scripts => $"run {scripts.Label} {string.Join(',', scripts.Files.Select(Path.GetFileName))}",
        InstallPackagesOperation install => $"install {string.Join(',', install.Packages.Select(package => package.Name))}",
        CleanPackagesOperation => "clean",
        RestoreFilesOperation restore => $"restore {string.Join(',', restore.Trees.Select(tree => tree.Label))} {string.Join(',', restore.Files.Select(file => file.TargetPath))}",
        _ => throw new InvalidOperationException($"{operation} is not told of here"),
    });
}

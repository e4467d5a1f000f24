using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Images that stand on more layers than mount(2) takes, and than the kernel joins.</summary>
public sealed class HighStackTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const int Height = 210;

    static readonly CommandSettings settings = new(new Dictionary<string, string>(), [], [], Network: false);

    // All that a layer can do to those below: removes, replaces, makes opaque, links, changes the mode of a linked file under one of its names.
    static string Change(int number) => $"""
        #!/bin/sh
        set -e
        echo {number} > /opt/last
        mkdir -p /opt/tree/{number} && echo {number} > /opt/tree/{number}/file && ln /opt/tree/{number}/file /opt/tree/{number}/link
        [ ! -e /opt/tree/{number - 20}/file ] || chmod 600 /opt/tree/{number - 20}/link
        rm -rf /opt/tree/{number - 40}
        rm -rf /opt/emptied && mkdir /opt/emptied && echo {number} > /opt/emptied/{number}
        rm -rf /opt/kind && {(number % 20 == 0 ? "mkdir /opt/kind && touch /opt/kind/in" : "ln -s nowhere /opt/kind")}
        """;

    [ImageFact]
    public async Task Two_hundred_layers_and_more_are_one_root()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/start", "start");
        await @base.Workspace.BuildAsync(project);
        var layers = new List<string>(JsonFile.TryRead(
            new StateDirectory(@base.Workspace.StateOf(project)).StageFile(ImageStage.ScanImage), StateJson.Default.StageState)!.Layers);
        for (var number = 1; layers.Count < Height; number++)
            layers.Add(number % 10 == 0
                ? await RunAsync(project, layers, $"RunScripts 1\n{number}\n", new RunScriptsOperation("scripts", [Script(directory, number)]))
                : await RunAsync(project, layers, $"CopyFiles 1\n{number}\n", new CopyTreeOperation("files", Tree(directory, number), ProjectTreeUse.Copy)));

        var store = new LayerStore(project.CacheDirectory, Processes.UserId);
        var merged = store.Ids().Where(id => store.TryReadInputs(id)?.StartsWith("MergeLayers", StringComparison.Ordinal) == true).ToList();
        string[] lowestOfRuns = [layers[1], layers[LayerStack.RunLength + 1], layers[(2 * LayerStack.RunLength) + 1]];
        Assert.All(lowestOfRuns, lowest => Assert.Single(merged, id => store.TryReadInputs(id)!.Split('\n')[1] == $"layer {lowest}"));
        // What commands see is what the layers' indexes come to, each by itself.
        var list = Path.Combine(directory, "list");
        ImageWorkspace.Write(directory, "list", "#!/bin/sh\ncd /opt && find . -mindepth 1 \\( -type f -printf 'in %P %#m %s %n\\n' -o -type l -printf 'in %P %l\\n' -o -printf 'in %P %#m\\n' \\) | LC_ALL=C sort\n");
        var listener = new RecordingListener();
        await RunAsync(project, layers, $"RunScripts 1\n{directory}\n", new RunScriptsOperation("scripts", [list]), listener);
        Assert.Equal(Expected(store, layers), listener.OutputLines.Where(line => line.StartsWith("in ", StringComparison.Ordinal)));
        var verified = await @base.Workspace.Workers.AskAsync(
            project.CacheDirectory, new VerifyLayersRequest(merged, Content: true), new RecordingListener(), CancellationToken.None);
        Assert.Empty(verified.Faults!);
    }

    async Task<string> RunAsync(ImageProject project, IReadOnlyList<string> layers, string inputs, StageOperation operation, RecordingListener? listener = null)
    {
        var id = CacheKey.IdOf(CacheKey.Of([.. layers, inputs]));
        await @base.Workspace.Workers.AskAsync(
            project.CacheDirectory, new RunStageRequest(inputs.Split(' ')[0], id, layers, [operation], settings, inputs), listener ?? new RecordingListener(), CancellationToken.None);
        return id;
    }

    static string Script(string directory, int number)
    {
        ImageWorkspace.Write(directory, $"{number}.sh", Change(number));
        return Path.Combine(directory, $"{number}.sh");
    }

    static string Tree(string directory, int number)
    {
        ImageWorkspace.Write(directory, $"{number}/opt/last", $"{number}");
        ImageWorkspace.Write(directory, $"{number}/opt/all/{number} ä", $"{number}");
        ImageWorkspace.Write(directory, $"{number}/opt/emptied/file {number}", "");
        return Path.Combine(directory, $"{number}");
    }

    static IEnumerable<string> Expected(LayerStore store, IEnumerable<string> layers)
    {
        var tree = new LayerTree();
        foreach (var layer in layers)
            tree.Apply(store.ReadIndex(layer));
        var fileSystem = tree.ToFileSystem(latest: null);
        var names = fileSystem.Walk().Where(entry => entry.InodeNumber is not null).CountBy(entry => entry.InodeNumber!.Value).ToDictionary();
        return fileSystem.Walk().Where(entry => entry.Path.ToString().StartsWith("/opt/", StringComparison.Ordinal)).Select(entry =>
        {
            var path = entry.Path.ToString()["/opt/".Length..];
            return entry.Inode switch
            {
                RegularInode file => $"in {path} {Octal(file)} {file.Size} {names[entry.InodeNumber!.Value]}",
                SymlinkInode link => $"in {path} {link.Target}",
                ModedInode other => $"in {path} {Octal(other)}",
                _ => path,
            };
        }).Order(StringComparer.Ordinal);
    }

    static string Octal(ModedInode inode) => $"0{Convert.ToString(inode.Mode & 0xFFF, 8)}";
}

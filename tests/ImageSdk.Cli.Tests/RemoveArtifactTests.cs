using System.Text.Json;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Tests;

/// <summary>imagesdk remove-artifact, as far as it needs no worker; folders of other ids are removed in the engine's tests.</summary>
public sealed class RemoveArtifactTests : IDisposable
{
    readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    string Folder(string name)
    {
        Directory.CreateDirectory(temporary[$"{name}/etc/größe"]);
        File.WriteAllText(temporary[$"{name}/etc/file"], "x");
        return temporary[name];
    }

    static CommandRun Run(params string[] arguments) => CommandRun.Start(new RunSettings(), ["remove-artifact", .. arguments]);

    [Fact]
    public void Folders_that_builds_made_go_with_their_records()
    {
        var named = Folder("web app.directory");
        var recorded = Folder("other");
        File.WriteAllText(recorded + ".json", """{"Format":"oci","FormatVersion":1,"Key":"k","Image":"s","TreeHash":"t","Epoch":0,"Settings":{},"IsFolder":true,"Files":[]}""");

        var run = Run(named + "/", recorded, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal([named, recorded], JsonDocument.Parse(run.OutputBytes).RootElement.EnumerateArray().Select(path => path.GetString()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.FullName));
    }

    [Fact]
    public void Anything_else_is_refused_and_nothing_is_removed()
    {
        var good = Folder("a.oci");
        var other = Folder("documents");
        Directory.CreateSymbolicLink(temporary["link.oci"], other);
        Run(good, other).AssertError("IMG6140");
        Run(good, temporary["link.oci"]).AssertError("IMG6140");
        Run(good, temporary["none.oci"]).AssertError("IMG6140");
        Assert.True(File.Exists(Path.Combine(good, "etc/file")) && File.Exists(Path.Combine(other, "etc/file")));

        Assert.Equal([$"removed {other}"], Run(other, "--force").Lines);
        Assert.False(Directory.Exists(other));
    }
}

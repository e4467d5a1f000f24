using ImageSdk.Building.Applications;

namespace ImageSdk.Building.Tests.Applications;

public sealed class InputRecordTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk inputs ü").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    [Fact]
    public void It_is_current_until_an_input_the_key_or_the_folder_changes()
    {
        Directory.CreateDirectory(At("out"));
        Directory.CreateDirectory(At("source"));
        File.WriteAllText(At("source/a"), "a");
        File.WriteAllText(At("b"), "b");
        string[] inputs = [At("source"), At("b")];
        var record = new InputRecord(At("state/record.json"));
        Assert.False(record.IsCurrent(inputs, "key", At("out")));
        record.Write(inputs, "key", At("out"));

        Assert.True(record.IsCurrent(inputs, "key", At("out")));
        Assert.False(record.IsCurrent(inputs, "another key", At("out")));
        Assert.False(record.IsCurrent([At("source")], "key", At("out")));
        Assert.False(record.IsCurrent([], "key", At("out")));
        File.WriteAllText(At("source/new"), "");
        Assert.False(record.IsCurrent(inputs, "key", At("out")));
        File.Delete(At("source/new"));
        Assert.True(record.IsCurrent(inputs, "key", At("out")));
        File.WriteAllText(At("b"), "longer");
        Assert.False(record.IsCurrent(inputs, "key", At("out")));
        record.Write(inputs, "key", At("out"));
        Directory.Delete(At("out"));
        Assert.False(record.IsCurrent(inputs, "key", At("out")));
    }

    [Fact]
    public void What_the_command_makes_among_its_inputs_does_not_count()
    {
        Directory.CreateDirectory(At("source/dist"));
        File.WriteAllText(At("source/a"), "a");
        var record = new InputRecord(At("record.json"));
        record.Write([At("source")], "", At("source/dist"));
        File.WriteAllText(At("source/dist/made"), "");
        Assert.True(record.IsCurrent([At("source")], "", At("source/dist")));
    }

    [Fact]
    public void A_restore_follows_all_its_projects_and_the_files_above_them()
    {
        var (project, build) = (At("shop/Shop.csproj"), At("build"));
        Assert.Empty(RestoreInputs.Find(project, build));
        Directory.CreateDirectory(At("build/obj/Shop"));
        File.WriteAllText(At("build/obj/Shop/Shop.csproj.nuget.dgspec.json"), $$"""{ "projects": { "{{project}}": {}, "{{At("lib/Lib.csproj")}}": {} } }""");
        Assert.Empty(RestoreInputs.Find(project, build));
        File.WriteAllText(At("build/obj/Shop/project.assets.json"), "{}");
        var inputs = RestoreInputs.Find(project, build);
        Assert.Superset(new HashSet<string> { project, At("lib/Lib.csproj"), At("lib/Directory.Build.props"), At("Directory.Packages.props"), "/nuget.config" }, inputs.ToHashSet());
        File.WriteAllText(At("build/obj/Shop/Shop.csproj.nuget.dgspec.json"), "{ cut");
        Assert.Empty(RestoreInputs.Find(project, build));
    }
}

using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>Samples whose point is what they ask the engine for; what a real engine makes of such a project is tested elsewhere.</summary>
public sealed class SampleTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    void Copy(string sample)
    {
        var source = Path.Combine(Repository.Root, "samples", sample);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => !IsOutput(Path.GetRelativePath(source, file))))
        {
            var target = folder[Path.Combine(sample, Path.GetRelativePath(source, file))];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Whoever tries a sample leaves these beside it.</summary>
    static bool IsOutput(string path) => path.Split('/').Any(part => part is "bin" or "obj") || path.EndsWith(".nupkg", StringComparison.Ordinal);

    JsonElement Plan(string state) => JsonDocument.Parse(File.ReadAllText(folder[Path.Combine(state, "image/plan.json")])).RootElement;

    static IEnumerable<string?> Names(JsonElement list) => list.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetProperty("Name").GetString());

    [Fact]
    public void Heads_makes_an_image_for_each_target()
    {
        Copy("heads");
        folder.Build("heads/heads.imgproj").Succeeded();

        foreach (var target in (string[])["bookworm-amd64", "trixie-amd64", "trixie-amd64-minimal"])
        {
            var plan = Plan($"heads/obj/Debug/{target}");
            Assert.Equal(target.EndsWith("minimal", StringComparison.Ordinal) ? [] : ["less"], Names(plan.GetProperty("Packages")));
            Assert.Equal(target, plan.GetProperty("Tags").EnumerateArray().Single().GetProperty("Value").GetString());
            Assert.Equal(target.StartsWith("trixie", StringComparison.Ordinal) ? 1 : 0, plan.GetProperty("Trees").GetArrayLength());
        }
        folder.Build("heads/heads.imgproj", "-question").Succeeded();
    }

    [Fact]
    public void Profile_brings_hardening_to_the_image_of_another_project()
    {
        Copy("profile");
        folder.Run("pack", "profile/hardening/hardening.imgproj", "-o", folder["profile/packages"]).Succeeded();
        folder.Build("profile/web/web.imgproj").Succeeded();

        var plan = Plan("profile/web/obj/Debug");
        // It takes the tag and leaves the package out.
        Assert.Equal(["nginx-light"], Names(plan.GetProperty("Packages")));
        Assert.Contains("Hardened", Names(plan.GetProperty("Tags")));
        Assert.Equal(["50-passwords"], plan.GetProperty("Scripts").EnumerateArray().Select(script => Path.GetFileName(script.GetProperty("File").GetString())));
        Assert.True(File.Exists(folder["profile/web/packages.lock.json"]));
    }
}

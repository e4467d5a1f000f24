using ImageSdk.Building.Manifests;
using ImageSdk.Building.Sources;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Sources;

/// <summary>Which source a project gets by the age of what the store has.</summary>
public sealed class SourceResolverTests : IDisposable
{
    static readonly DateTimeOffset made = new(2026, 2, 28, 23, 30, 0, TimeSpan.Zero);

    readonly string folder = TestHost.NewFolder();
    readonly RecordingListener listener = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Task<(SourceImage? Source, SourceToBuild? ToBuild)> ResolveAsync(TimeSpan age, TimeSpan? maxAge, bool isBuildable, bool mayBuild = true)
    {
        var source = Path.Combine(folder, "source");
        ImageWorkspace.Write(source, "manifest", """{"SourceImage": "base"}""");
        var project = new ImageProject
        {
            ProjectFile = Path.Combine(source, "test.imgproj"), ManifestDirectory = source, Stream = "app", Architecture = "amd64", CacheDirectory = Path.Combine(folder, "cache"),
            Store = new(Path.Combine(folder, "images"), Path.Combine(folder, "objects")), ImageFile = Path.Combine(folder, "out.image"),
            Source = new() { MaxAge = maxAge, BuildableStreams = isBuildable ? [new("base", Path.Combine(folder, "base/base.imgproj"))] : [] },
        };
        var images = project.Store.Open().Images;
        images.MakeDirectory("base");
        images.Add("base/one", new Image { FileSystem = new FileSystemBuilder().Build(), CreatedOn = made });
        return new SourceResolver(new BuildPlan(project, ManifestReader.Read(project, listener)), null, [], listener, new SetClock(made + age)).ResolveAsync([], mayBuild, default);
    }

    [Theory]
    [InlineData(59, null, false)]
    [InlineData(60, null, false)]
    [InlineData(61, null, true)]
    [InlineData(-5, null, false)]
    [InlineData(119, 2.0, false)]
    [InlineData(121, 2.0, true)]
    [InlineData(1_000_000, 0.0, false)]
    public async Task A_source_is_built_again_when_it_is_too_old(int minutes, double? maxHours, bool isBuilt)
    {
        var (source, toBuild) = await ResolveAsync(TimeSpan.FromMinutes(minutes), maxHours is { } hours ? TimeSpan.FromHours(hours) : null, isBuildable: true);
        Assert.Equal(isBuilt ? null : "base/one", source?.Name);
        Assert.Equal(isBuilt ? Path.Combine(folder, "base/base.imgproj") : null, toBuild?.Project);
    }

    [Fact]
    public async Task An_old_source_is_taken_where_it_was_just_built() =>
        Assert.Equal("base/one", (await ResolveAsync(TimeSpan.FromHours(9), null, isBuildable: true, mayBuild: false)).Source?.Name);

    [Fact]
    public async Task Without_a_project_that_builds_it_only_an_age_that_was_asked_for_counts()
    {
        Assert.Equal("base/one", (await ResolveAsync(TimeSpan.FromHours(9), null, isBuildable: false)).Source?.Name);
        Assert.Equal("IMG2004", (await Assert.ThrowsAsync<BuildException>(() => ResolveAsync(TimeSpan.FromHours(9), TimeSpan.FromHours(8), isBuildable: false))).Diagnostic.Code);
    }

    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(119, "119 seconds")]
    [InlineData(120, "2 minutes")]
    [InlineData(59 * 60, "59 minutes")]
    [InlineData(3 * 3600, "3 hours")]
    [InlineData(49 * 3600, "2 days")]
    [InlineData(-100, "0 seconds")]
    public async Task A_source_that_is_used_is_named_with_its_age(int seconds, string age)
    {
        await ResolveAsync(TimeSpan.FromSeconds(seconds), TimeSpan.FromDays(9), isBuildable: true);
        Assert.Contains(listener.ProgressLines, note => note.StartsWith($"The source image base/one, made {age} ago, is used as it is", StringComparison.Ordinal));
    }
}

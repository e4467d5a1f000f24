using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Guides;

/// <summary>Every command of the tutorial and the guides is typed, and prints what the page says.</summary>
[Trait("Category", "Image")]
public sealed class GuideTests(Reader reader) : IClassFixture<Reader>
{
    public static TheoryData<string> Pages => [.. Guide.Pages];

    [SandboxTheory]
    [MemberData(nameof(Pages))]
    public void A_guide_works_as_it_is_written(string page)
    {
        var guide = Guide.Read(page);
        Assert.Contains(guide.Steps, step => step is GuideStep.RunCommands);
        reader.Follow(guide);
    }
}

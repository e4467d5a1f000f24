using ImageSdk.Images;

namespace ImageSdk.Building.Tests;

public class HelloImageTests
{
    [ImageFact]
    public async Task A_bootstrap_image_is_built_and_published()
    {
        using var workspace = new ImageWorkspace();
        var result = await workspace.BuildAndPublishAsync(workspace.BaseProject());
        Assert.IsType<RegularInode>(result.Find("/etc/passwd"));
        Assert.Contains(result.Image.Packages, package => package.Name == "apt");
        Assert.Null(result.Find("/etc/hostname"));
        Assert.Equal(["boot/debian12"], workspace.Open().Images.List().Select(ImageName.GetDirectory));
        Assert.Empty(workspace.Open().Images.Verify(withContent: true));
    }
}

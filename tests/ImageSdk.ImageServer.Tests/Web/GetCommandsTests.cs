using ImageSdk.ImageServer.Web.Html;

namespace ImageSdk.ImageServer.Tests.Web;

public class GetCommandsTests
{
    [Theory]
    [InlineData("images.example", "imagesdk get 'a '\\''b'\\''' DIRECTORY --server images.example:6971")]
    [InlineData("images.example:80", "imagesdk get 'a '\\''b'\\''' DIRECTORY --server images.example:80")]
    [InlineData("[::1]:80", "imagesdk get 'a '\\''b'\\''' DIRECTORY --server '[::1]:80'")]
    public void QuotesCommandsForTheShell(string host, string command) => Assert.Equal(command, GetCommands.For(host, "a 'b'").First());
}

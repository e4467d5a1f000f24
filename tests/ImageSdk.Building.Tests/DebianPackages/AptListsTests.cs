using System.Text;
using ImageSdk.Building.DebianPackages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class AptListsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Package: bash\nEssential: yes\nVersion: 5\n\nPackage: less\nVersion: 1\n\nPackage: sed\nVersion: 1\nEssential: yes\n\n", "bash sed")]
    [InlineData("Package: a\nEssential: no\n\nVersion: 1\nEssential: yes\nPackage: b\n", "b")]
    [InlineData("Package: a\nDescription: it is\n Essential: yes\n", "")]
    [InlineData("Package: a\n\nEssential: yes\n", "")]
    [InlineData("Package: a\nEssential: yes\n\nPackage: a\nVersion: 2\nEssential: yes\n", "a a")]
    public void What_every_system_has_to_have_says_so_itself(string list, string names) =>
        Assert.Equal(names, string.Join(' ', AptLists.EssentialOf(Encoding.UTF8.GetBytes(list))));

    [Fact]
    public void Any_bytes_can_be_read()
    {
        var random = new Random(1);
        byte[][] parts = [.. new[] { "Package: ", "a", "\n", "Essential: yes", ":", " ", "\n\n", "Essential: yes\n" }.Select(Encoding.UTF8.GetBytes)];
        for (var round = 0; round < 20_000; round++)
        {
            byte[] list = [.. Enumerable.Range(0, random.Next(12)).SelectMany(_ => parts[random.Next(parts.Length)])];
            Assert.All(AptLists.EssentialOf(list), name => Assert.DoesNotContain('\n', name));
        }
    }
}

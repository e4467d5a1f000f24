using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Tests.Settings;

public class UnitFileTests
{
    [Theory]
    [InlineData("a.service", "[Install]\nWantedBy=multi-user.target\nAlias=b.service a.service\n", "multi-user.target.wants/a.service", "b.service")]
    [InlineData("a@x.service", "[Install]\nRequiredBy=c@%i.target \\\n  d.target\n", "c@x.target.requires/a@x.service", "d.target.requires/a@x.service")]
    [InlineData("a@.service", "[Install]\nWantedBy=e.target\nDefaultInstance=tty1\n", "e.target.wants/a@tty1.service")]
    [InlineData("a@.service", "[Install]\nWantedBy=e.target\n")]
    [InlineData("a.service", "[Unit]\nWantedBy=no.target\n; [Install]\n")]
    [InlineData("a.service", "[Install]\n# WantedBy=x.target\nUpheldBy=%N.target %p-b.target 100%%.target", "a.target.upholds/a.service", "a-b.target.upholds/a.service", "100%.target.upholds/a.service")]
    public void Links_are_those_that_systemctl_makes(string name, string text, params string[] links) =>
        Assert.Equal(links.Select(link => $"etc/systemd/system/{link}"), UnitFile.LinksOf(name, text));

    [Fact]
    public void Names_have_suffixes_and_templates()
    {
        Assert.Equal("a.service", UnitFile.WithSuffix("a"));
        Assert.Equal("a.b.service", UnitFile.WithSuffix("a.b"));
        Assert.Equal("a.timer", UnitFile.WithSuffix("a.timer"));
        Assert.Equal("getty@.service", UnitFile.TemplateOf("getty@tty1.service"));
        Assert.Equal("a@.mount", UnitFile.TemplateOf("a@b.c.mount"));
        Assert.Null(UnitFile.TemplateOf("getty@.service"));
        Assert.Null(UnitFile.TemplateOf("a.service"));
        Assert.Equal(["b.socket", "c@x.service"], UnitFile.Companions("a@x.service", "[Install]\nAlso=b.socket a@x.service c@%i.service"));
    }
}

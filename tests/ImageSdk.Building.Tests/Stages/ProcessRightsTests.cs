using ImageSdk.Building.Workers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

public class ProcessRightsTests
{
    const string Root = "CapEff:\t000001fffeffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n";
    const string All = "         0          0 4294967295\n";

    [Fact]
    public void Root_of_the_machine_has_all()
    {
        var rights = ProcessRights.Parse(Root, All);
        Assert.True(rights is { IsAdministrator: true, IsInUserNamespace: false, HasFewIds: false, NoNewPrivileges: false, HasFilter: false });
    }

    [Fact]
    public void A_containers_root_is_none()
    {
        var rights = ProcessRights.Parse("CapEff:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t2\n", All);
        Assert.True(rights is { IsAdministrator: false, IsInUserNamespace: false, HasFilter: true });
    }

    [Theory]
    [InlineData("         0       1000          1\n", true, 1000, 1)]
    [InlineData("         0       1000          1\n         1     100000      65536\n", false, 1000, 65537)]
    [InlineData("", false, 0, uint.MaxValue)]
    public void Ids_of_a_namespace_are_counted(string map, bool few, long first, long ids)
    {
        var rights = ProcessRights.Parse(Root.Replace("NoNewPrivs:\t0", "NoNewPrivs:\t1", StringComparison.Ordinal), map);
        Assert.Equal((few, first, ids), (rights.HasFewIds, rights.FirstId, rights.Ids));
        Assert.True(rights.NoNewPrivileges);
    }

    [Theory]
    [InlineData("/.dockerenv", "", "docker run", "podman")]
    [InlineData("/run/.containerenv", "", "podman run", "docker")]
    [InlineData("", "GITHUB_ACTIONS", "options: --privileged", "GitLab")]
    [InlineData("", "GITLAB_CI", "privileged = true", "GitHub")]
    [InlineData("", "KUBERNETES_SERVICE_HOST", "securityContext", "docker")]
    [InlineData("", "", "docker run", "GitLab")]
    public void Advice_is_for_the_container_that_is_found(string file, string variable, string said, string notSaid)
    {
        var advice = ContainerAdvice.Describe(path => path == file, name => name == variable);
        Assert.Contains(said, advice, StringComparison.Ordinal);
        Assert.DoesNotContain(notSaid, advice, StringComparison.Ordinal);
    }
}

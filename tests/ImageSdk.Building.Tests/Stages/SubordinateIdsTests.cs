using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

public sealed class SubordinateIdsTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("subordinate ids ").FullName;

    SubordinateIds With(string subuid, string? subgid = null, string passwd = "", string group = "", string? loginDefs = null)
    {
        foreach (var (name, text) in new[] { ("subuid", subuid), ("subgid", subgid ?? subuid), ("passwd", passwd), ("group", group), ("login.defs", loginDefs) })
            if (text is not null)
                ImageWorkspace.Write(root, $"etc/{name}", text);
        return new(root);
    }

    [Fact]
    public void Enough_by_name_or_by_number_is_enough()
    {
        Assert.Null(With("ann:100000:65536\n", "1000:100000:65535\n").FindShortage("ann", 1000));
        Assert.NotNull(With("1000:100000:65536\n").FindShortage("ann", 10));
    }

    [Theory]
    [InlineData("", "", "100000-165535")]
    [InlineData("bob:100000:65536\n", "bob:100000:65536\n", "165536-231071")]
    [InlineData("bob:100000:65536\n", "eve:150000:65536\n", "215536-281071")]
    [InlineData("bob:165536:65536\neve:100000:1000\n", "", "231072-296607")]
    [InlineData("bob:300000:65536\n", "", "100000-165535")]
    [InlineData("bob:100000:65536\neve:165537:65536\nzoe:300000:65536\n", "", "231073-296608")]
    [InlineData("broken\nbob:x:y\n\n", "", "100000-165535")]
    public void The_range_that_is_offered_is_nobodys(string subuid, string subgid, string expected)
    {
        var shortage = With(subuid, subgid).FindShortage("ann", 1000)!;
        Assert.Equal($"usermod --add-subuids {expected} --add-subgids {expected} ann", shortage.Command);
        Assert.Equal(("/etc/subuid and /etc/subgid", 0), (shortage.Files, shortage.Count));
    }

    [Fact]
    public void Accounts_with_high_numbers_and_the_machines_own_limit_are_kept_out()
    {
        var shortage = With("", null, "ldap:x:100005:100005::/:/bin/sh\n", "team:x:230000:\n", "# SUB_UID_MIN 5\nSUB_UID_MIN\t\t90000\n").FindShortage("ann", 1000)!;
        Assert.Contains("--add-subuids 100006-165541 ", shortage.Command, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_are_replaced_by_enough_where_they_are_missing()
    {
        var shortage = With("ann:100000:1000\nann:200000:65536\n", "ann:100000:65536\n").FindShortage("ann", 1000)!;
        Assert.Equal(("/etc/subuid", 1000), (shortage.Files, shortage.Count));
        Assert.Equal("usermod --del-subuids 100000-100999 --add-subuids 265536-331071 ann", shortage.Command);
    }

    [Fact]
    public void Files_that_are_not_there_are_made_first() => Assert.Equal(
        "touch /etc/subuid /etc/subgid && usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ann",
        new SubordinateIds(root).FindShortage("ann", 1000)!.Command);

    public void Dispose() => Directory.Delete(root, recursive: true);
}

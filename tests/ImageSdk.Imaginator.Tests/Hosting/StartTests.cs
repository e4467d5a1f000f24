using ImageSdk.Hosting.Flags;
using ImageSdk.Imaginator.Hosting;

namespace ImageSdk.Imaginator.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task A_bad_main_configuration_is_told_with_its_place()
    {
        var problem = await Assert.ThrowsAsync<FormatException>(() => TestImaginator.StartAsync(main: "\n\"BindMounts\": 1"));
        Assert.Matches(@"/conf\.json\(2,15\): error IMG7310: BindMounts must be a list; found a number\.$", problem.Message);
    }

    [Fact]
    public async Task A_state_directory_is_used_by_one_daemon()
    {
        await using var first = await TestImaginator.StartAsync();
        var problem = await Assert.ThrowsAsync<IOException>(() => TestImaginator.StartAsync(configure: (options, _) => options.StateDirectory = first.Folder["state"]));
        Assert.Contains("is used by another imaginator", problem.Message, StringComparison.Ordinal);
        await first.RestartAsync();
    }

    [Fact]
    public void Flags_and_variables_are_the_original_s()
    {
        using var folder = new Folder();
        folder.Write("default/imaginator", "CONFIGURATION_URL=\"http://host/conf.json\"\nIMAGE_SERVER_HOSTNAME=images\nVARIABLES_FILE=/secret\nSTATE_DIR=/state\nLOG_DIR=/log\n");
        folder.Write("imaginator/flags.default", "imageRebuildInterval = 2h\nbuildLogQuota=1GiB\n");
        var options = ImaginatorFlags.Program.Read(["-portNum=1", "-maximumBuildDuration", "90m", "-minimumExpirationDuration=1s", "-slaveDriverConfigurationFile="], folder.Path).Normalize();
        Assert.Equal(("http://host/conf.json", "images:6971", "/secret", "/state", "/log"), (options.ConfigurationUrl, options.ImageServer, options.VariablesFile, options.StateDirectory, options.LogDirectory));
        Assert.Equal((TimeSpan.FromHours(2), 1UL << 30, TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(5)), (options.ImageRebuildInterval, options.BuildLogQuota, options.MaximumBuildDuration, options.MinimumExpiration));
        Assert.Equal((1, "/state/cache", true), (options.Port, options.CacheDirectory, options.AllowRoot));
        Assert.Throws<FlagException>(() => ImaginatorFlags.Program.Read(["-slaveDriverConfigurationFile=/x"], folder.Path));
        Assert.Throws<FlagException>(() => ImaginatorFlags.Program.Read(["-concurrentBuilds=0"], folder.Path));
    }

    [Fact]
    public void Defaults_are_the_original_s()
    {
        var help = ImaginatorFlags.Program.Describe();
        foreach (var (flag, value) in new[]
        {
            ("buildLogDir", "\"/var/log/imaginator/builds\""), ("buildLogQuota", "100MiB"), ("configurationUrl", "\"file:///etc/imaginator/conf.json\""),
            ("imageRebuildInterval", "1h0m0s"), ("imageServerHostname", "\"localhost\""), ("imageServerPortNum", "6971"), ("maximumBuildDuration", "1d0s"),
            ("maximumConcurrentBuildsPerUser", "1"), ("maximumExpirationDuration", "1d0s"), ("maximumExpirationDurationPrivileged", "4w2d10h0m0s"),
            ("minimumExpirationDuration", "15m0s"), ("portNum", "6975"), ("stateDir", "\"/var/lib/imaginator\""), ("certFile", "\"/etc/ssl/imaginator/cert.pem\""),
        })
            Assert.Matches($@"-{flag} [a-z]+\n.*\(default {System.Text.RegularExpressions.Regex.Escape(value)}\)", help);
    }
}

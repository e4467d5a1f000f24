using ImageSdk.Hosting.Flags;
using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Workers;

namespace ImageSdk.Imaginator.Tests.Workers;

public sealed class WorkerFlagTests
{
    [Theory]
    [InlineData("Host=db;Password=x")]
    [InlineData("Host=db; pwd = x")]
    [InlineData("postgresql://me:x@db/jobs")]
    [InlineData("postgres://db/jobs?user=me&password=x")]
    public void A_password_is_refused_where_process_lists_show_it(string connection)
    {
        using var folder = new Folder();
        foreach (var read in new Action[] { () => WorkerFlags.Read([$"-jobsDatabase={connection}"], folder.Path), () => ImaginatorFlags.Program.Read([$"-jobsDatabase={connection}"], folder.Path) })
            Assert.Contains("-jobsDatabaseFile", Assert.Throws<FlagException>(read).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/var/lib/imaginator/jobs.db")]
    [InlineData("Host=/run/postgresql;Database=jobs")]
    [InlineData("postgresql://me@db/jobs?sslmode=require")]
    public void What_has_none_is_taken(string connection)
    {
        using var folder = new Folder();
        Assert.Equal(connection, WorkerFlags.Read(["-jobsDatabase", connection], folder.Path).Jobs.Read());
    }

    [Fact]
    public void A_worker_s_files_are_its_own()
    {
        using var folder = new Folder();
        folder.Write("default/imagesdk-worker", $"IMAGINATOR_HOSTNAME=builder\nJOBS_DATABASE_FILE='{folder.Write("jobs database", "Host=db;Password=geheim\n")}'\nLABELS=\"big,fast\"\n");
        folder.Write("imagesdk-worker/flags.default", "concurrentBuilds = 3\n");
        var options = WorkerFlags.Read(["-architectures=amd64,arm64"], folder.Path);
        Assert.Equal(("builder", 3, "Host=db;Password=geheim"), (options.ImaginatorHost, options.ConcurrentBuilds, options.Jobs.Read()));
        Assert.Equal(["big", "fast"], options.Labels.Order());
        Assert.Equal(["amd64", "arm64"], options.Architectures.Order());
    }

    [Theory]
    [InlineData("needs jobs")]
    [InlineData("", "-concurrentBuilds=0")]
    [InlineData("", "-jobsDatabaseFile=/x")]
    [InlineData("", "-leaseTime=10ms")]
    [InlineData("", "-name=")]
    [InlineData("", "-portNum=1")]
    public void What_does_not_go_together_is_refused(string without, params string[] flags)
    {
        using var folder = new Folder();
        Assert.Throws<FlagException>(() => WorkerFlags.Read([.. without.Length > 0 ? [] : new[] { "-jobsDatabase=/jobs.db" }, .. flags], folder.Path));
    }

    [Theory]
    [InlineData("-buildRunner=other")]
    [InlineData("-buildRunner=slurm")]
    [InlineData("-buildRunner=kubernetes", "-runnerFile=")]
    [InlineData("-buildRunner=local", "-concurrentBuilds=0")]
    public void What_does_not_go_together_is_refused_by_the_imaginator(params string[] flags)
    {
        using var folder = new Folder();
        Assert.Throws<FlagException>(() => ImaginatorFlags.Program.Read(flags, folder.Path));
    }

    [Theory]
    [InlineData("localhost:6971", "builder:6971")]
    [InlineData("127.0.0.1:6972", "builder:6972")]
    [InlineData("[::1]:6971", "builder:6971")]
    [InlineData("images.example.com:6971", "images.example.com:6971")]
    public void The_coordinator_s_own_machine_is_not_the_worker_s(string named, string expected) =>
        Assert.Equal(expected, new WorkerOptions { ImaginatorHost = "builder" }.ImageServer(named));
}

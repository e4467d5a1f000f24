using System.Diagnostics;
using System.Reflection;

namespace ImageSdk.ImageBuilder.Tests.Charm;

/// <summary>Hooks and actions of the charm, run with stand-ins for Juju's programs on the path.</summary>
public sealed class CharmTests : IDisposable
{
    const string Name = "imagesdk-image-builder";

    static string Charm { get; } = Path.Combine(
        typeof(CharmTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!, "src/ImageBuilder/charm");

    readonly Folder folder = new();

    public CharmTests()
    {
        foreach (var (name, value) in new[] { ("port", "8000"), ("permit-insecure-mode", "True"), ("concurrent-builds", "2"), ("rabbit-user", "imagebuilder"), ("rabbit-vhost", "/"), ("request-queue", "imagebuilder") })
            Configure(name, value);
        Directory.CreateDirectory(folder["relations"]);
        Program("config-get", "cat \"$STATE/config/$1\" 2>/dev/null || true");
        Program("relation-ids", "for found in \"$STATE/relations/$1\":*; do [ ! -e \"$found\" ] || basename \"$found\"; done");
        Program("relation-list", "ls \"$STATE/relations/$2\"");
        Program("relation-get", "cat \"$STATE/relations/$2/$4/$3\" 2>/dev/null || true");
        Program("unit-get", "echo 10.0.0.7");
        Program("action-get", "cat \"$STATE/action\"");
        foreach (var told in new[] { "relation-set", "status-set", "juju-log", "open-port", "close-port", "systemctl", "action-set", "action-fail" })
            Program(told, $"echo \"{told} $*\" >> \"$STATE/told\"");
        Program("dotnet", $"""
            echo "dotnet $*" >> "$STATE/told"
            mkdir -p "$IMAGE_BUILDER_ROOT/usr/local/lib/{Name}/.store/1/systemd"
            echo "[Service]" > "$IMAGE_BUILDER_ROOT/usr/local/lib/{Name}/.store/1/systemd/{Name}.service"
            """);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_unit_is_installed_and_started()
    {
        Configure("version", "1.2.3");
        Configure("package-source", "/srv/a feed");
        Assert.Contains($"dotnet tool install ImageSdk.ImageBuilder --tool-path {folder["root"]}/usr/local/lib/{Name} --version 1.2.3 --add-source /srv/a feed", Hook("install"));
        Hook("config-changed");
        Assert.Equal("# Written by the charm: juju config imagesdk-image-builder\nPORT=8000\nPERMIT_INSECURE_MODE=true\nCONCURRENT_BUILDS=2\n", Read($"etc/default/{Name}"));
        Assert.Equal("[Service]\n", Read($"etc/systemd/system/{Name}.service"));
        var told = Hook("start");
        Assert.Contains($"systemctl start {Name}", told);
        Assert.DoesNotContain($"systemctl restart {Name}", told);
        Assert.Contains("status-set active images go to a directory of the unit", told);

        // What changes restarts it, and another port is opened in the place of the old one.
        Configure("port", "81");
        told = Hook("config-changed");
        Assert.Subset(told.ToHashSet(), new HashSet<string> { "close-port 8000", "open-port 81", $"systemctl restart {Name}" });
        Assert.DoesNotContain($"systemctl restart {Name}", Hook("update-status"));
        Assert.Contains("dotnet tool update", string.Join('\n', Hook("upgrade-charm")), StringComparison.Ordinal);
        Assert.Equal([$"systemctl disable --now {Name}"], Hook("stop"));
    }

    [Fact]
    public void RabbitMQ_is_related_and_lost()
    {
        Hook("install");
        Relate("amqp:1", "rabbitmq-server/0");
        Assert.Contains("relation-set username=imagebuilder vhost=/", Hook("amqp-relation-joined"));
        Assert.Contains("status-set waiting RabbitMQ gives no password yet", Hook("amqp-relation-changed"));
        Relate("amqp:1", "rabbitmq-server/0", ("hostname", "fd00::5"), ("password", "p@:/ ü"));
        Assert.Contains($"systemctl restart {Name}", Hook("amqp-relation-changed"));
        var uri = new Uri(Read($"etc/{Name}/amqp-uri").Trim());
        Assert.Equal("imagebuilder:p@:/ ü", Uri.UnescapeDataString(uri.UserInfo));
        Assert.Equal(("amqp", "[fd00::5]", 5672, "/%2F"), (uri.Scheme, uri.Host, uri.Port, uri.AbsolutePath.ToUpperInvariant()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder[$"root/etc/{Name}/amqp-uri"]));
        Assert.EndsWith($"AMQP_URI_FILE=/etc/{Name}/amqp-uri\nREQUEST_QUEUE=imagebuilder\n", Read($"etc/default/{Name}"), StringComparison.Ordinal);

        Directory.Delete(folder["relations/amqp:1"], recursive: true);
        Assert.Contains($"systemctl restart {Name}", Hook("amqp-relation-broken"));
        Assert.False(File.Exists(folder[$"root/etc/{Name}/amqp-uri"]));
        Assert.DoesNotContain("AMQP", Read($"etc/default/{Name}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_go_to_the_Glance_that_is_related()
    {
        Hook("install");
        Relate("image-service:2", "glance/0");
        Assert.Contains("status-set waiting Glance gives no address yet", Hook("image-service-relation-joined"));
        Relate("image-service:2", "glance/0", ("glance-api-server", "http://glance:9292"));
        Assert.Contains("status-set active images go to glance:http://glance:9292", Hook("image-service-relation-changed"));

        Relate("identity:3", "keystone/0");
        Assert.Contains($"relation-set username={Name}", Hook("identity-relation-joined"));
        Relate(
            "identity:3", "keystone/0", ("credentials_host", "keystone"), ("credentials_port", "5000"), ("credentials_protocol", "https"), ("credentials_username", "builder"), ("credentials_password", "a\"b\\c"),
            ("credentials_project", "services"), ("region", "RegionOne"));
        Assert.Contains("status-set active images go to glance:juju", Hook("identity-relation-changed"));
        Assert.Equal(
            """
            clouds:
              juju:
                auth:
                  auth_url: "https://keystone:5000/v3"
                  username: "builder"
                  password: "a\"b\\c"
                  project_name: "services"
                  user_domain_name: "Default"
                  project_domain_name: "Default"
                region_name: "RegionOne"
                image_endpoint_override: "http://glance:9292"

            """, Read($"etc/{Name}/clouds.yaml"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder[$"root/etc/{Name}/clouds.yaml"]));
        Assert.Contains("IMAGE_DESTINATION=glance:juju\n", Read($"etc/default/{Name}"), StringComparison.Ordinal);
        Assert.Equal($"[Service]\nEnvironment=OS_CLIENT_CONFIG_FILE=/etc/{Name}/clouds.yaml\nEnvironmentFile=-/etc/{Name}/s3.env\n", Read($"etc/systemd/system/{Name}.service.d/clouds.conf"));

        foreach (var relation in new[] { "image-service:2", "identity:3" })
            Directory.Delete(folder[$"relations/{relation}"], recursive: true);
        Assert.Contains("status-set active images go to a directory of the unit", Hook("image-service-relation-broken"));
        Assert.False(File.Exists(folder[$"root/etc/{Name}/clouds.yaml"]));
    }

    [Fact]
    public void Images_and_documents_go_where_the_configuration_says()
    {
        Hook("install");
        // The related one is of no account then.
        Relate("image-service:2", "glance/0", ("glance-api-server", "http://glance:9292"));
        const string clouds = "clouds:\n  site:\n    auth:\n      password: \"p$(id)\\\\ü\"";
        foreach (var (name, value) in new[]
        {
            ("image-destination", "glance:site"), ("image-visibility", "shared"), ("data-store", "s3:logs/ci"), ("public-data", "True"), ("clouds-yaml", clouds), ("s3-access-key", "key"),
            ("s3-secret-key", "a\"b$c"), ("s3-region", "eu-1"), ("s3-endpoint", "https://s3.example.org"), ("format", "qcow2"), ("format-options", "Compressed=true,FreeSpace=1G"),
        })
            Configure(name, value);
        Assert.Contains("status-set active images go to glance:site", Hook("config-changed"));
        Assert.EndsWith(
            "IMAGE_DESTINATION=glance:site\nIMAGE_VISIBILITY=shared\nDATA_STORE=s3:logs/ci\nPUBLIC_DATA=true\nFORMAT=qcow2\nFORMAT_OPTIONS=Compressed=true,FreeSpace=1G\n", Read($"etc/default/{Name}"), StringComparison.Ordinal);
        Assert.Equal(clouds + "\n", Read($"etc/{Name}/clouds.yaml"));
        Assert.Equal("AWS_ACCESS_KEY_ID=\"key\"\nAWS_SECRET_ACCESS_KEY=\"a\\\"b$c\"\nAWS_REGION=\"eu-1\"\nAWS_ENDPOINT_URL=\"https://s3.example.org\"\n", Read($"etc/{Name}/s3.env"));
        foreach (var secret in new[] { "clouds.yaml", "s3.env" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder[$"root/etc/{Name}/{secret}"]));
        Assert.DoesNotContain($"systemctl restart {Name}", Hook("update-status"));

        Configure("s3-secret-key", "another");
        Assert.Contains($"systemctl restart {Name}", Hook("config-changed"));
        foreach (var (name, value) in new[] { ("image-destination", "/srv/images"), ("clouds-yaml", ""), ("s3-access-key", ""), ("s3-secret-key", ""), ("s3-region", ""), ("s3-endpoint", "") })
            Configure(name, value);
        Assert.Contains("status-set active images go to /srv/images", Hook("config-changed"));
        Assert.DoesNotContain(Directory.GetFiles(folder[$"root/etc/{Name}"], "*.*"), file => Path.GetExtension(file) is ".env" or ".yaml");
    }

    [Fact]
    public void Others_are_told_where_the_builder_is() => Assert.Contains("relation-set hostname=10.0.0.7 port=8000", Hook("website-relation-joined"));

    [Fact]
    public async Task Actions_ask_the_builder()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("fetch");
        var id = await builder.SubmitAsync(TestBuilder.Request());
        Configure("port", $"{builder.Http.BaseAddress!.Port}");
        Assert.Contains("\"status\": \"ok\"", string.Join('\n', Run("actions/status")), StringComparison.Ordinal);
        File.WriteAllText(folder["action"], $"{id}");
        Assert.Contains($"\"id\": {id}", string.Join('\n', Run("actions/cancel")), StringComparison.Ordinal);
        Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        File.WriteAllText(folder["action"], "77");
        Assert.StartsWith("action-fail", Assert.Single(Run("actions/cancel")), StringComparison.Ordinal);
        File.WriteAllText(folder["action"], "1; reboot");
        Assert.Equal(["action-fail id has to be the number of a request"], Run("actions/cancel"));
    }

    [Fact]
    public void What_the_charm_names_is_there()
    {
        string[] Relations(string part) => [.. File.ReadAllLines(Path.Combine(Charm, "metadata.yaml")).SkipWhile(line => line != $"{part}:").Skip(1).TakeWhile(line => line.StartsWith(' ')).Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ').Select(line => line.Trim().TrimEnd(':'))];
        Assert.Equal(["amqp", "image-service", "identity"], Relations("requires"));
        foreach (var relation in Relations("requires").Concat(Relations("provides")))
            Assert.Contains(Directory.GetFiles(Path.Combine(Charm, "hooks")), hook => Path.GetFileName(hook) == $"{relation}-relation-joined");
        foreach (var action in File.ReadAllLines(Path.Combine(Charm, "actions.yaml")).Where(line => line.Length > 0 && line[0] != ' '))
            Assert.True(File.GetUnixFileMode(Path.Combine(Charm, "actions", action.TrimEnd(':'))).HasFlag(UnixFileMode.UserExecute));
        // What hooks ask of the configuration is in it.
        var options = File.ReadAllLines(Path.Combine(Charm, "config.yaml")).Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ').Select(line => line.Trim().TrimEnd(':')).ToList();
        Assert.All(System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Charm, "hooks/hook")), "config-get ([a-z-]+)").Select(match => match.Groups[1].Value), option => Assert.Contains(option, options));
    }

    void Configure(string name, string value) => folder.Write($"config/{name}", value + "\n");

    void Relate(string relation, string unit, params (string Name, string Value)[] said)
    {
        var place = $"relations/{relation}/{unit.Replace('/', '-')}";
        Directory.CreateDirectory(folder[place]);
        foreach (var (name, value) in said)
            folder.Write($"{place}/{name}", value + "\n");
    }

    void Program(string name, string text) => File.SetUnixFileMode(folder.Write($"bin/{name}", $"#!/bin/sh\n{text}\n"), (UnixFileMode)0b111_101_101);

    string Read(string file) => File.ReadAllText(folder[$"root/{file}"]);

    IReadOnlyList<string> Hook(string name) => Run($"hooks/{name}");

    /// <returns>What it told Juju and the machine.</returns>
    IReadOnlyList<string> Run(string script)
    {
        File.WriteAllText(folder["told"], "");
        var start = new ProcessStartInfo(Path.Combine(Charm, script)) { RedirectStandardError = true };
        (start.Environment["PATH"], start.Environment["STATE"], start.Environment["IMAGE_BUILDER_ROOT"]) = ($"{folder["bin"]}:/usr/bin:/bin", folder.Path, folder["root"]);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((0, ""), (process.ExitCode, errors));
        return File.ReadAllLines(folder["told"]);
    }
}

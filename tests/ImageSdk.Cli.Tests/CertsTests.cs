using System.Text.Json;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Tests;

public sealed class CertsTests : IDisposable
{
    readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    static CommandRun Run(params string[] arguments) => CommandRun.Start(new RunSettings(), ["certs", .. arguments]);

    JsonElement Show(string file)
    {
        var run = Run("show", "--json", temporary[file]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonDocument.Parse(run.Output).RootElement[0];
    }

    static string[] Strings(JsonElement certificate, string member) => [.. certificate.GetProperty(member).EnumerateArray().Select(item => item.GetString()!)];

    string Site() => temporary["a site ü"];

    CommandRun Init(params string[] arguments) => Run(["init", Site(), "--server", "images.test,10.0.0.1", .. arguments]);

    [Fact]
    public void A_new_site_is_made_by_one_command()
    {
        var run = Init("--user", "carol,dave", "--identity-ca", "--ca-days", "100", "--days", "10");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string[] expected =
        [
            "CA.key", "CA.pem", "IdentityCA.key", "IdentityCA.pem", "imageserver/cert.pem", "imageserver/key.pem",
            .. new[] { "admin", "carol", "dave", "reader" }.SelectMany(name => new[] { $"users/{name}/{name}.cert", $"users/{name}/{name}.key" }),
        ];
        Assert.Equal(expected, Directory.GetFiles(Site(), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Site(), file)).Order(StringComparer.Ordinal));
        Assert.Equal(expected.Select(file => Path.Combine(Site(), file)), run.Lines.Order(StringComparer.Ordinal));

        var server = Show("a site ü/imageserver/cert.pem");
        Assert.Equal(["images.test", "10.0.0.1"], Strings(server, "hosts"));
        Assert.Contains("ImageServer.GetImageUpdates", Strings(server, "methods"));
        Assert.Equal(["*.*"], Strings(Show("a site ü/users/admin/admin.cert"), "methods"));
        var reader = Strings(Show("a site ü/users/reader/reader.cert"), "methods");
        Assert.Contains("ImageServer.Get*", reader);
        Assert.DoesNotContain("*.*", reader);
        Assert.Empty(Strings(Show("a site ü/users/carol/carol.cert"), "methods"));
        Assert.Equal("carol", Show("a site ü/users/carol/carol.cert").GetProperty("user").GetString());
        Assert.True(Show("a site ü/CA.pem").GetProperty("authority").GetBoolean());
        Assert.NotEqual(Show("a site ü/CA.pem").GetProperty("user").GetString(), Show("a site ü/IdentityCA.pem").GetProperty("user").GetString());
    }

    [Fact]
    public void More_is_added_from_the_authority()
    {
        Init("--identity-ca");
        Assert.Equal("", Run("user", "ops", "--site", Site(), "--group", "admins,staff", "--method", "ImageServer.*", "--method", "A.B", "--key", "rsa").Error);
        var ops = Show("a site ü/users/ops/ops.cert");
        Assert.Equal(["admins", "staff"], Strings(ops, "groups"));
        Assert.Equal(["ImageServer.*", "A.B"], Strings(ops, "methods"));
        Assert.Equal("RSA 3072", ops.GetProperty("key").GetString());
        Assert.Equal("CN=CA of images.test", ops.GetProperty("issuer").GetString());
        Assert.Equal("", Run("user", "eve", "--site", Site(), "--identity").Error);
        Assert.Equal("CN=identity CA of images.test", Show("a site ü/users/eve/eve.cert").GetProperty("issuer").GetString());
        Assert.Equal("", Run("server", "other.test", "::1", "--site", Site(), "--name", "imaginator", "--method", "ImageServer.*", "--json").Error);
        var other = Show("a site ü/imaginator/cert.pem");
        Assert.Equal(["other.test", "::1"], Strings(other, "hosts"));
        Assert.Equal(["ImageServer.*"], Strings(other, "methods"));
    }

    [Fact]
    public void Nothing_is_overwritten_without_force()
    {
        Init();
        var key = File.ReadAllText(temporary["a site ü/CA.key"]);
        Init().AssertError("IMG7131");
        Run("user", "admin", "--site", Site()).AssertError("IMG7131");
        Assert.Equal(key, File.ReadAllText(temporary["a site ü/CA.key"]));
        Assert.Equal(0, Run("user", "admin", "--site", Site(), "--force").ExitCode);
        Assert.Empty(Strings(Show("a site ü/users/admin/admin.cert"), "methods"));
        Assert.Equal(0, Init("--force").ExitCode);
        Assert.NotEqual(key, File.ReadAllText(temporary["a site ü/CA.key"]));
    }

    [Fact]
    public void What_a_certificate_says_is_shown()
    {
        Init();
        var run = Run("show", temporary["a site ü/imageserver/cert.pem"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("^user +imageserver$", run.Lines[0]);
        Assert.Matches("^hosts +images.test, 10.0.0.1$", run.Lines[2]);
        Assert.Matches("^valid +[0-9-]+ [0-9:]+ UTC to [0-9-]+ [0-9:]+ UTC$", run.Lines[5]);
        Assert.Matches("^fingerprint +[0-9a-f]{64}$", run.Lines[6]);
    }

    [Theory]
    [InlineData("IMG7101", "init", "x")]
    [InlineData("IMG7101", "user")]
    [InlineData("IMG7101", "server")]
    [InlineData("IMG7101", "user", "x", "--key", "dsa")]
    [InlineData("IMG7132", "init", "SITE/x", "--server", "no host")]
    [InlineData("IMG7132", "init", "SITE/x", "--server", "h", "--days", "0")]
    [InlineData("IMG7132", "init", "SITE/x", "--server", "h", "--admin", "a/b")]
    [InlineData("IMG7132", "user", "x", "--site", "SITE", "--method", "all")]
    [InlineData("IMG7132", "user", "x", "--site", "SITE", "--method", "*.*", "--identity")]
    [InlineData("IMG7132", "server", "h", "--site", "SITE", "--name", "users")]
    [InlineData("IMG7130", "user", "x", "--site", "SITE/none")]
    [InlineData("IMG7130", "user", "x", "--site", "SITE", "--identity")]
    [InlineData("IMG7133", "show", "SITE/CA.key")]
    [InlineData("IMG7119", "show", "SITE/none")]
    public void What_cannot_be_done_is_one_error_and_leaves_nothing(string code, params string[] arguments)
    {
        Init();
        Run([.. arguments.Select(argument => argument.Replace("SITE", Site(), StringComparison.Ordinal))]).AssertError(code);
        Assert.Equal(["CA.key", "CA.pem", "imageserver", "users"], Directory.GetFileSystemEntries(Site()).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["admin", "reader"], Directory.GetFileSystemEntries(temporary["a site ü/users"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_damaged_authority_is_said_to_be_one()
    {
        Init();
        File.WriteAllText(temporary["a site ü/CA.key"], "nonsense");
        Run("user", "x", "--site", Site()).AssertError("IMG7133");
    }
}

using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Settings;

/// <summary>Settings are found where OpenStack's own clients have them, and mean what they mean to those.</summary>
public sealed class CloudReaderTests : IDisposable
{
    readonly TestDirectory folder = new();
    readonly Dictionary<string, string> variables = [];

    SettingsPlace Place => new(variables.GetValueOrDefault, folder["project"]);

    public CloudReaderTests()
    {
        Directory.CreateDirectory(folder["project"]);
        variables["HOME"] = folder["home"];
    }

    public void Dispose() => folder.Dispose();

    CloudSettings Read(string cloud, string service = "image") => CloudReader.Read(cloud, service, Place);

    OpenStackException Fails(string code, string cloud)
    {
        var problem = Assert.Throws<OpenStackException>(() => Read(cloud));
        Assert.Equal(code, problem.Code);
        return problem;
    }

    [Fact]
    public void A_cloud_has_what_its_file_says()
    {
        folder.Write("project/clouds.yaml", """
            clouds:
              other: {auth: {auth_url: https://other.example}}
              dev ü:
                auth:
                  auth_url: https://keystone.example:5000/v3/
                  username: builder
                  user_domain_name: People
                  password: 'geheim: #1'
                  project_id: 0123
                region_name: North
                interface: internalURL
                cacert: certs/ca.pem
                image-endpoint-override: https://glance.example/image
            """);
        var settings = Read("dev ü");

        Assert.Equal(AuthenticationType.Password, settings.Type);
        Assert.Equal("https://keystone.example:5000/v3", settings.AuthUrl!.AbsoluteUri);
        Assert.Equal(("builder", new DomainName("People", ""), "geheim: #1"), (settings.UserName, settings.UserDomain, settings.Password));
        Assert.Equal(("0123", "North", "internal"), (settings.ProjectId, settings.Region, settings.Interface));
        Assert.Equal(folder["project/certs/ca.pem"], settings.Tls.AuthoritiesFile);
        Assert.Equal("https://glance.example/image", settings.Endpoints["image"].AbsoluteUri);
        Assert.Equal($"The cloud dev ü of {folder["project/clouds.yaml"]}", settings.Origin);
    }

    [Fact]
    public void Secrets_are_added_from_their_own_file_and_shared_settings_from_a_profile()
    {
        folder.Write("project/clouds.yaml", """
            clouds:
              dev: {profile: site, auth: {username: builder, project_name: images}}
            """);
        folder.Write("home/.config/openstack/secure.yaml", "clouds: {dev: {auth: {password: hidden}}}");
        folder.Write("project/clouds-public.yaml", "public-clouds: {site: {region_name: South, auth: {auth_url: 'https://site.example', username: nobody}}}");
        var settings = Read("dev");

        Assert.Equal(("builder", "hidden", "South", "https://site.example/"), (settings.UserName, settings.Password, settings.Region, settings.AuthUrl!.AbsoluteUri));
    }

    [Fact]
    public void The_first_file_that_is_there_counts()
    {
        folder.Write("home/.config/openstack/clouds.yaml", "clouds: {a: {auth_type: none, image_endpoint: 'http://home.example'}}");
        Assert.Equal("http://home.example/", Read("a").Endpoints["image"].AbsoluteUri);

        folder.Write("project/clouds.yml", "clouds: {a: {auth_type: none, image_endpoint: 'http://project.example'}}");
        Assert.Equal("http://project.example/", Read("a").Endpoints["image"].AbsoluteUri);

        folder.Write("project/else where.json", """{"clouds": {"a": {"auth_type": "none", "image_endpoint": "http://named.example"}}}""");
        variables["OS_CLIENT_CONFIG_FILE"] = "else where.json";
        Assert.Equal("http://named.example/", Read("a").Endpoints["image"].AbsoluteUri);

        variables["OS_CLIENT_CONFIG_FILE"] = "~/nothing.yaml";
        Assert.Contains(folder["home/nothing.yaml"], Fails("IMG7450", "a").Message);
    }

    [Theory]
    [InlineData("{auth: {auth_url: 'https://k', username: u, password: p}}", AuthenticationType.Password)]
    [InlineData("{auth: {auth_url: 'https://k', application_credential_id: i, application_credential_secret: s}}", AuthenticationType.ApplicationCredential)]
    [InlineData("{auth_type: v3applicationcredential, auth: {auth_url: 'https://k', application_credential_name: n, username: u, application_credential_secret: s}}", AuthenticationType.ApplicationCredential)]
    [InlineData("{auth_type: v3token, auth: {auth_url: 'https://k', token: t, project_name: p}}", AuthenticationType.Token)]
    [InlineData("{auth_type: admin_token, auth: {endpoint: 'https://g', token: t}}", AuthenticationType.AdminToken)]
    [InlineData("{auth_type: none, auth: {endpoint: 'https://g'}}", AuthenticationType.None)]
    [InlineData("{auth_type: v1password, auth: {auth_url: 'https://s/auth/v1.0', username: 'a:u', password: k}}", AuthenticationType.Version1)]
    public void Every_way_to_log_in_is_read(string cloud, AuthenticationType type)
    {
        folder.Write("project/clouds.yaml", $"clouds: {{dev: {cloud}}}");
        Assert.Equal(type, Read("dev").Type);
    }

    [Theory]
    [InlineData("{auth: {username: u, password: p, auth_type: password}}", "IMG7452", "auth_url")]
    [InlineData("{auth: {auth_url: 'https://k', username: u}}", "IMG7452", "password")]
    [InlineData("{profile: vexxhost, auth: {username: u, password: p}}", "IMG7452", "vexxhost")]
    [InlineData("{auth_type: v3applicationcredential, auth: {auth_url: 'https://k', application_credential_name: n, application_credential_secret: s}}", "IMG7452", "username")]
    [InlineData("{auth_type: v3kerberos, auth: {auth_url: 'https://k'}}", "IMG7453", "v3kerberos")]
    [InlineData("{auth: {auth_url: 'ftp://k', username: u, password: p}}", "IMG7452", "auth_url")]
    [InlineData("{auth: {auth_url: 'https://u:hidden-one@k', username: u, password: p}}", "IMG7452", "auth_url")]
    [InlineData("{verify: perhaps, auth: {auth_url: 'https://k', username: u, password: p}}", "IMG7452", "verify")]
    [InlineData("{interface: secret, auth: {auth_url: 'https://k', username: u, password: p}}", "IMG7452", "interface")]
    [InlineData("{regions: [A, B], region_name: C, auth: {auth_url: 'https://k', username: u, password: p}}", "IMG7452", "A, B")]
    public void What_is_missing_or_wrong_is_named(string cloud, string code, string part)
    {
        folder.Write("project/clouds.yaml", $"clouds: {{dev: {cloud}}}");
        var problem = Fails(code, "dev");

        Assert.Contains(part, problem.Message);
        Assert.Contains("The cloud dev of", problem.Message);
        Assert.DoesNotContain("hidden-one", problem.Message);
    }

    [Fact]
    public void A_cloud_that_is_not_there_is_an_error_with_those_that_are()
    {
        Assert.Contains(folder["home/.config/openstack"], Fails("IMG7451", "dev").Message);

        folder.Write("project/clouds.yaml", "clouds: {one: {}, two: {}}");
        Assert.Contains("one, two", Fails("IMG7451", "dev").Message);
        Assert.Contains("one, two", Fails("IMG7451", "").Message);
    }

    [Theory]
    [InlineData("clouds: {dev: {auth: {password: 'hidden-one")]
    [InlineData("clouds: &a [hidden-one\n  b: *c")]
    [InlineData("clouds: {dev: 1, dev: hidden-one}")]
    [InlineData("- hidden-one")]
    public void A_file_that_is_no_list_of_clouds_is_an_error_without_its_text(string text)
    {
        var file = folder.Write("project/clouds.yaml", text);
        var problem = Fails("IMG7450", "dev");

        Assert.Contains(file, problem.Message);
        Assert.DoesNotContain("hidden-one", problem.ToString());
    }

    [Fact]
    public void A_region_has_settings_of_its_own()
    {
        folder.Write("project/clouds.yaml", """
            clouds:
              dev:
                auth: {auth_url: 'https://k', username: u, password: p}
                regions: [{name: A}, {name: B, values: {image_endpoint_override: 'https://b.example'}}]
            """);
        Assert.Equal(("A", 0), (Read("dev").Region, Read("dev").Endpoints.Count));

        folder.Write("project/secure.yaml", "clouds: {dev: {region_name: B}}");
        Assert.Equal("https://b.example/", Read("dev").Endpoints["image"].AbsoluteUri);
    }

    [Fact]
    public void Variables_are_a_cloud_of_their_own()
    {
        Assert.Contains("OS_AUTH_URL", Fails("IMG7451", "envvars").Message);
        (variables["OS_AUTH_URL"], variables["OS_USERNAME"], variables["OS_PASSWORD"]) = ("https://k", "u", "hidden-one");
        (variables["OS_TENANT_NAME"], variables["OS_PROJECT_DOMAIN_ID"], variables["OS_INSECURE"]) = ("t", "d", "True");
        (variables["OS_INTERFACE"], variables["OS_CACERT"]) = ("admin", "~/ca.pem");
        var settings = Read("envvars");

        Assert.Equal(("u", "hidden-one", "t", new DomainName("", "d")), (settings.UserName, settings.Password, settings.ProjectName, settings.ProjectDomain));
        Assert.Equal(("admin", folder["home/ca.pem"], false), (settings.Interface, settings.Tls.AuthoritiesFile, settings.Tls.Verifies));
        Assert.Equal(settings.ToString(), Read("").ToString());
        Assert.DoesNotContain("hidden-one", settings.ToString());
    }

    [Fact]
    public void The_default_is_what_variables_say_and_then_the_only_cloud()
    {
        folder.Write("project/clouds.yaml", "clouds: {only: {auth_type: none, image_endpoint: 'http://only.example'}}");
        Assert.StartsWith("The cloud only", Read("").Origin);

        variables["OS_AUTH_URL"] = "https://k";
        variables["OS_TOKEN"] = "t";
        Assert.StartsWith("The environment", Read("").Origin);

        variables["OS_CLOUD"] = "only";
        Assert.StartsWith("The cloud only", Read("").Origin);
    }

    [Fact]
    public void An_address_is_that_of_the_service_and_has_the_credentials_of_variables_alone()
    {
        folder.Write("project/clouds.yaml", "clouds: {only: {auth: {auth_url: 'https://k', username: u, password: p}}}");
        var open = Read("https://glance.example:9292/");
        Assert.Equal((AuthenticationType.None, "https://glance.example:9292/"), (open.Type, open.Endpoints["image"].AbsoluteUri));

        variables["OS_CLOUD"] = "only";
        var known = Read("https://glance.example:9292/");
        Assert.Equal((AuthenticationType.Password, "https://glance.example:9292/"), (known.Type, known.Endpoints["image"].AbsoluteUri));

        Fails("IMG7452", "https://me:hidden@glance.example");
    }

    [Fact]
    public void Variables_of_Swifts_client_are_its_first_way_to_log_in()
    {
        (variables["ST_AUTH"], variables["ST_USER"], variables["ST_KEY"]) = ("http://s/auth/v1.0", "test:tester", "testing");
        var settings = Read("", "object-store");
        Assert.Equal((AuthenticationType.Version1, "test:tester", "testing"), (settings.Type, settings.UserName, settings.Password));
    }

    [Fact]
    public void Domains_are_those_that_are_said_or_the_default_one()
    {
        folder.Write("project/clouds.yaml", """
            clouds:
              none: {auth: {auth_url: 'https://k', username: u, password: p, project_name: t}}
              common: {auth: {auth_url: 'https://k', username: u, password: p, project_name: t, domain_name: D}}
              scope: {auth: {auth_url: 'https://k', username: u, password: p, domain_name: D}}
              usual: {auth: {auth_url: 'https://k', username: u, password: p, project_name: t, default_domain: X}}
            """);
        Assert.Equal((new DomainName("", "default"), new DomainName("", "default")), Domains("none"));
        Assert.Equal((new DomainName("D", ""), new DomainName("D", "")), Domains("common"));
        Assert.Equal(new DomainName("D", ""), Read("scope").Domain);
        Assert.Equal((new DomainName("", "X"), new DomainName("", "X")), Domains("usual"));

        (DomainName, DomainName) Domains(string cloud) => (Read(cloud).UserDomain, Read(cloud).ProjectDomain);
    }
}

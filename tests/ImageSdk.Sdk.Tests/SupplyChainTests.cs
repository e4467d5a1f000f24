using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What this repository is made of: the packages of others, their licences and known vulnerabilities, and packages of its own.</summary>
public sealed partial class SupplyChainTests : IDisposable
{
    /// <summary>Those that ask for nothing but their own text beside what is distributed.</summary>
    static readonly string[] AllowedLicences = ["Apache-2.0", "Apache-2.0 OR MPL-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "PostgreSQL"];

    /// <summary>Of packages that have an address where others name a licence.</summary>
    static readonly Dictionary<string, string> LicencesByAddress = new()
    {
        ["https://raw.githubusercontent.com/xunit/xunit/master/license.txt"] = "Apache-2.0",
    };

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-supply-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Licences_of_all_packages_are_allowed_and_listed()
    {
        var restored = Restored().GroupBy(package => package.Id).Select(uses => uses.First()).ToList();
        Assert.True(restored.Count > 10, "Build the solution first: what was restored is read in its obj folders.");
        Assert.Equal([], restored.Where(package => !AllowedLicences.Contains(package.Licence)).Select(package => $"{package.Id} {package.Version}: {package.Licence}"));

        var listed = ListedPackage().Matches(Repository.Read("docs/dependencies.md")).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        Assert.Equal([], restored.Where(package => listed.GetValueOrDefault(package.Id) != package.Licence).Select(package => $"| {package.Id} | {package.Licence} |"));
        // And none that nothing asks for.
        var named = string.Concat(restored.Select(package => package.Id + "\n")) + Repository.Read("Directory.Packages.props");
        Assert.All(listed.Keys, id => Assert.Contains(id, named));
    }

    [Fact]
    public void Licences_of_what_ships_come_along()
    {
        var shipped = Restored().Where(package => package.Ships).Select(package => package.Id).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(shipped);
        var notices = Repository.Read("nuget/THIRD-PARTY-NOTICES.txt").Split('\n');
        Assert.All(shipped, id => Assert.Contains(id, notices));
        Assert.Equal(shipped, ListedPackage().Matches(Repository.Read("docs/dependencies.md")).Where(row => row.Groups[3].Value == "ships").Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal));
        foreach (var project in Restored().Where(package => package.Ships).Select(package => package.Project).Distinct())
            Assert.True(Repository.Read(project).Contains("THIRD-PARTY-NOTICES.txt", StringComparison.Ordinal), $"{project} packs assemblies of others without their licences");
    }

    [Fact]
    public void A_package_with_a_known_vulnerability_fails_the_restore()
    {
        using var audit = new AuditSource("""{"contoso.weak":[{"severity":0,"url":"https://example.org/advisory","versions":"(, 2.0.0)"}]}""");
        var result = Restore(audit.Address);
        Assert.True(result.ExitCode != 0, result.Output);
        Assert.Contains("NU1901", result.Output);
        Assert.Contains("https://example.org/advisory", result.Output);
    }

    [Theory]
    [InlineData("no such package")]
    [InlineData("no data")]
    [InlineData("no answer")]
    public void A_feed_without_data_fails_nothing(string kind)
    {
        using var audit = new AuditSource(kind == "no data" ? null : """{"contoso.other":[{"severity":3,"url":"https://example.org/advisory","versions":"(, 2.0.0)"}]}""");
        var result = Restore(kind == "no answer" ? "http://127.0.0.1:1/index.json" : audit.Address);
        Assert.True(result.ExitCode == 0, result.Output);
    }

    [Fact]
    public void Packages_are_the_same_whenever_they_are_packed()
    {
        var packages = new[] { "one", "other" }.Select(name =>
        {
            foreach (var project in (string[])["src/Tasks/ImageSdk.Tasks.csproj", "templates/ImageSdk.Templates.csproj"])
            {
                DotNet.Run(Repository.Root, new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" }, "pack", project, "--no-build", "--no-restore",
                    "-c", Repository.Configuration, "-o", Path.Combine(folder, name), "-p:KeepUnpackedPackage=true").Succeeded();
            }
            return Directory.GetFiles(Path.Combine(folder, name)).Order(StringComparer.Ordinal).ToList();
        }).ToList();
        Assert.Equal(2, packages[0].Count);
        Assert.All(packages[0].Zip(packages[1]), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
    }

    [Fact]
    public void Assemblies_that_are_packed_have_no_path_of_the_machine()
    {
        var result = DotNet.Run(Repository.Root, new Dictionary<string, string>(), "msbuild", "src/Posix/ImageSdk.Posix.csproj", "-p:Configuration=Release", "-getProperty:PathMap");
        Assert.Equal($"{Repository.Root.Replace(",", ",,", StringComparison.Ordinal).Replace("=", "==", StringComparison.Ordinal)}=/_/", result.Output.Trim());
    }

    BuildResult Restore(string audit)
    {
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        using (var package = ZipFile.Open(Path.Combine(feed, "Contoso.Weak.1.0.0.nupkg"), ZipArchiveMode.Create))
        using (var nuspec = new StreamWriter(package.CreateEntry("Contoso.Weak.nuspec").Open()))
            nuspec.Write("<package><metadata><id>Contoso.Weak</id><version>1.0.0</version><authors>Contoso</authors><description>Weak.</description></metadata></package>");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <auditSources><clear /><add key="audit" value="{audit}" allowInsecureConnections="true" /></auditSources>
            </configuration>
            """);
        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets"])
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(folder, file), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "app.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup><PackageReference Include="Contoso.Weak" Version="1.0.0" /></ItemGroup>
            </Project>
            """);
        return DotNet.Run(folder, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(folder, "packages"), ["NUGET_HTTP_CACHE_PATH"] = Path.Combine(folder, "http"), ["DOTNET_CLI_HOME"] = folder },
            "restore", "-tl:off", "app.csproj");
    }

    sealed record RestoredPackage(string Id, string Version, string Licence, string Project, bool Ships);

    /// <summary>The packages of all projects, with those that they bring along.</summary>
    static IEnumerable<RestoredPackage> Restored()
    {
        foreach (var project in Directory.EnumerateFiles(Repository.Root, "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        {
            var file = Path.Combine(Path.GetDirectoryName(project)!, "obj/project.assets.json");
            if (!File.Exists(file))
                continue;
            var isPacked = File.ReadAllText(project).Contains("<IsPackable>true", StringComparison.Ordinal);
            using var assets = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = assets.RootElement;
            var folders = root.GetProperty("packageFolders").EnumerateObject().Select(property => property.Name).ToList();
            foreach (var library in root.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package"))
            {
                var path = library.Value.GetProperty("path").GetString()!;
                var nuspec = folders.SelectMany(packages => Directory.Exists(Path.Combine(packages, path)) ? Directory.GetFiles(Path.Combine(packages, path), "*.nuspec") : []).First();
                var id = library.Name.Split('/');
                yield return new(id[0], id[1], Licence(XDocument.Load(nuspec)), Path.GetRelativePath(Repository.Root, project),
                    isPacked && root.GetProperty("targets").EnumerateObject().Any(target => HasAssemblies(target.Value.GetProperty(library.Name))));
            }
        }
    }

    static bool HasAssemblies(JsonElement library) => ((string[])["runtime", "native", "runtimeTargets"]).Any(kind =>
        library.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)));

    static string Licence(XDocument nuspec)
    {
        var elements = nuspec.Descendants().ToLookup(element => element.Name.LocalName);
        if (elements["license"].FirstOrDefault() is { } licence && (string?)licence.Attribute("type") == "expression")
            return licence.Value;
        return elements["licenseUrl"].FirstOrDefault()?.Value is { } address ? LicencesByAddress.GetValueOrDefault(address, address) : "none";
    }

    [GeneratedRegex(@"^\| ([\w.]+) \| ([\w. -]+) \| (ships|build|jobs|tests) \|$", RegexOptions.Multiline)]
    private static partial Regex ListedPackage();

    /// <summary>A NuGet source that knows vulnerabilities, or none.</summary>
    sealed class AuditSource : IDisposable
    {
        readonly HttpListener listener = new();
        readonly string? vulnerabilities;

        public AuditSource(string? vulnerabilities)
        {
            this.vulnerabilities = vulnerabilities;
            for (var attempt = 0; ; attempt++)
            {
                Root = $"http://127.0.0.1:{Random.Shared.Next(20_000, 32_000)}/";
                listener.Prefixes.Clear();
                listener.Prefixes.Add(Root);
                try
                {
                    listener.Start();
                    break;
                }
                catch (HttpListenerException) when (attempt < 20)
                {
                    // Another has the port.
                }
            }
            _ = ServeAsync();
        }

        string Root { get; }

        public string Address => $"{Root}index.json";

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    var body = context.Request.Url!.AbsolutePath switch
                    {
                        "/index.json" when vulnerabilities is null => """{"version":"3.0.0","resources":[]}""",
                        "/index.json" => $$"""{"version":"3.0.0","resources":[{"@id":"{{Root}}vulnerabilities.json","@type":"VulnerabilityInfo/6.7.0"}]}""",
                        "/vulnerabilities.json" => $$"""[{"@name":"base","@id":"{{Root}}base.json","@updated":"2026-01-01T00:00:00Z","comment":""}]""",
                        _ => vulnerabilities ?? "{}",
                    };
                    context.Response.ContentType = "application/json";
                    context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        public void Dispose() => listener.Close();
    }
}
